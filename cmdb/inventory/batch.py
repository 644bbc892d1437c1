"""Up to a thousand observations on their way through the door: all decided, then all written."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision
from cmdb.engine.identity import Outcome as Decided
from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.inventory.acceptance import KnownEnds, accept_values, problems_within
from cmdb.inventory.asides import AsideWriter
from cmdb.inventory.families import same_family, takes_class
from cmdb.inventory.identification import Identification
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.newcomers import keep_others_out, marks_of
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.inventory.pending import Pending
from cmdb.inventory.questions import ask, name_in
from cmdb.inventory.reconciling import decide_winners, outranks_others, speak
from cmdb.inventory.sections import SOFTWARE, SectionWriter
from cmdb.inventory.software import Catalogued
from cmdb.inventory.terms import Terms
from cmdb.inventory.writing import log_items, write_unlogged
from cmdb.observation import Observation, Section
from cmdb.records.committed import committed


@dataclass(slots=True)
class _Step:
    """An observation that has found its item."""

    seen: Observation
    item: KnownItem
    state: SourceState
    problems: dict[str, str]
    is_new: bool
    changed: bool


class Batch:
    """Records observations; ``run`` once."""

    def __init__(
        self,
        session: Session,
        terms: Terms,
        observations: Sequence[Observation],
        verdict: Decision | None = None,
    ) -> None:
        self._session = session
        self._terms = terms
        self._observations = observations
        #: What a person has decided of the batch's only observation.
        self._verdict = verdict
        self._ends = KnownEnds(session, terms.model, observations)
        self._identification = self._identify()
        self._pending = Pending(session)
        self._asides = AsideWriter(session, terms.author, terms.now)
        self._made = 0

    def _identify(self) -> Identification:
        """Read who is known. On PostgreSQL, what will be written is kept from other writers."""
        if self._session.get_bind().dialect.name != "postgresql":
            return self._read()
        before = committed(self._session)
        found = self._read()
        met = [self._known(found, seen) for seen in self._observations]
        if new := self._newcomers(met):
            keep_others_out(self._session, marks_of(new, found.evidence_of(new)))
            # Somebody else may have brought them in while we read or waited.
            if committed(self._session) != before and not found.still_holds_of(new):
                found = self._read()
                met = [self._known(found, seen) for seen in self._observations]
                new = self._newcomers(met)
                keep_others_out(self._session, marks_of(new, found.evidence_of(new)))
        wanted = [item_id for item_id in met if item_id is not None]
        if not found.lock(wanted):
            # Some became others while we waited for them.
            found = self._read()
            found.lock([found.final(item_id) for item_id in wanted])
        return found

    def _newcomers(self, met: Sequence[int | None]) -> list[Observation]:
        pairs = zip(self._observations, met, strict=True)
        return [seen for seen, item_id in pairs if item_id is None]

    def _read(self) -> Identification:
        terms, verdict = self._terms, self._verdict
        return Identification(
            self._session, terms.model, self._observations, terms.now, verdict=verdict
        )

    def _known(self, found: Identification, seen: Observation) -> int | None:
        """Return the item an observation means, as far as one can tell before the batch runs."""
        if seen.item_id is not None:
            return seen.item_id
        if self._terms.model.find_class(seen.class_code) is None:
            return 0
        decision = found.decide(seen)
        if decision is None or decision.outcome is not Decided.CREATE:
            return (decision.item_id if decision else None) or 0
        return None

    def run(self) -> list[Recorded]:
        """Decide everything, write everything, and say what became of each, in order."""
        work = [self._take(seen) for seen in self._observations]
        steps = [step for step in work if isinstance(step, _Step)]
        touched = list({id(step.item): step.item for step in steps}.values())
        terms = self._terms
        written = write_unlogged(self._session, terms.model, touched, terms.author, terms.now)
        self._asides.look_up({step.item.id for step in steps if not step.is_new})
        catalogued = Catalogued(self._session, _new_software(steps))
        results = [
            self._finish(step, catalogued) if isinstance(step, _Step) else step for step in work
        ]
        self._pending.write()
        log_items(self._session, written, terms.now)
        return results

    def _take(self, seen: Observation) -> _Step | Recorded:
        try:
            found = self._find(seen)
            if isinstance(found, Recorded):
                return found
            return self._hear(seen, found)
        except (InvalidValue, ItemNotFound) as error:
            fields = error.fields if isinstance(error, InvalidValue) else {"id": str(error)}
            return Recorded(Outcome.REFUSED, problems=fields, detail=str(error))

    def _find(self, seen: Observation) -> KnownItem | Recorded:
        item_class = self._terms.model.item_class(seen.class_code)
        if seen.item_id is not None:
            item = self._identification.items.get(seen.item_id)
            if item is None:
                raise ItemNotFound(seen.item_id)
            return item
        decision = self._identification.decide(seen)
        if decision is None:
            everything = tuple(section.name for section in seen.sections)
            return Recorded(Outcome.UNCHANGED, resend=everything, detail="who is it?")
        if decision.outcome is Decided.IGNORE:
            return Recorded(Outcome.REFUSED, detail=decision.why)
        if decision.outcome is Decided.REVIEW:
            review = ask(self._session, seen, decision, self._terms.now)
            return Recorded(Outcome.REVIEW, review_id=review.id, detail=decision.why)
        if decision.item_id is not None:
            return self._identification.items[decision.item_id]
        if item_class.abstract:
            raise InvalidValue({"class": f"{seen.class_code} is abstract; name a class below it"})
        return self._newcomer(seen)

    def _newcomer(self, seen: Observation) -> KnownItem:
        self._made += 1
        moment = min(seen.observed_at, self._terms.now)
        return KnownItem(
            id=-self._made,
            organisation_id=seen.organisation_id,
            class_code=seen.class_code,
            first_seen_at=moment,
            last_seen_at=moment,
        )

    def _hear(self, seen: Observation, item: KnownItem) -> _Step:
        terms = self._terms
        is_new = item.is_new and not item.sources
        item.request_id = seen.request_id
        changed = self._refine_class(item, seen)
        accepted, problems = accept_values(terms.model, seen, item.class_code)
        problems |= self._ends.refuse_references(item, accepted)
        seen, wrong_parties = self._ends.refuse_parties(seen)
        if is_new:
            accepted["name"] = accepted.get("name") or name_in(seen)
            item.first_sections = {s.name: len(s.rows) for s in seen.sections if s.rows}
        state = speak(item, seen, self._identification.key_for(seen, item), accepted, terms.now)
        changed |= decide_winners(item, accepted, terms.precedence, terms.now, seen.origin.source)
        self._identification.remember(seen, item)
        problems = problems_within(problems | wrong_parties)
        return _Step(seen, item, state, problems, is_new, changed)

    def _refine_class(self, item: KnownItem, seen: Observation) -> bool:
        model, source = self._terms.model, seen.origin.source
        if not same_family(model, item.class_code, seen.class_code):
            why = f"a {item.class_code} cannot become a {seen.class_code}"
            raise InvalidValue({"class": why})
        by_hand = seen.item_id is not None
        if by_hand and model.item_class(seen.class_code).abstract:
            raise InvalidValue({"class": f"{seen.class_code} is abstract; name a class below it"})
        outranks = by_hand or outranks_others(item, source, self._terms.precedence)
        wanted = seen.class_code
        takes = takes_class(model, item, wanted, outranks=outranks)
        if not takes and not (by_hand and wanted != item.class_code):
            return False
        if not item.is_new:
            item.note("class", item.class_code, wanted, source)
        item.class_code = wanted
        return True

    def _finish(self, step: _Step, catalogued: Catalogued) -> Recorded:
        terms, item, seen, state = self._terms, step.item, step.seen, step.state
        author = terms.author.within(seen.request_id)
        self._pending.make_readable(item.id)
        writer = SectionWriter(self._session, self._pending, author, terms.now, catalogued)
        before = dict(state.digests)
        resend, differs = writer.write(item, state, seen.sections, seen.observed_at)
        if state.digests != before:
            self._pending.note_digests(state)
        if seen.parties is not None:
            differs |= self._asides.write_parties(seen, item.id, is_new=step.is_new)
        self._asides.write_quarantine(seen, item.id, step.problems)
        outcome = Outcome.UPDATED if differs or step.changed else Outcome.UNCHANGED
        if step.is_new:
            outcome = Outcome.CREATED
        return Recorded(outcome, item.id, problems=step.problems, resend=tuple(resend))


def _new_software(steps: Sequence[_Step]) -> list[Section]:
    """Return the lists of software that differ from what their sources said before."""
    return [
        section
        for step in steps
        for section in step.seen.sections
        if section.name == SOFTWARE
        and section.rows is not None
        and step.state.digests.get(SOFTWARE) != section.digest
    ]
