"""Up to a thousand observations on their way through the door: all decided, then all written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from cmdb.engine.identity import Outcome as Decided
from cmdb.engine.reconciliation import Precedence
from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.inventory.acceptance import KnownEnds, accept_values, problems_within
from cmdb.inventory.asides import AsideWriter
from cmdb.inventory.families import same_family, takes_class
from cmdb.inventory.identification import Identification
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.inventory.reconciling import decide_winners, outranks_others, speak
from cmdb.inventory.sections import SectionWriter
from cmdb.inventory.storable import storable, storable_text
from cmdb.inventory.writing import write_items
from cmdb.model import Model
from cmdb.observation import Observation
from cmdb.records.sources import IdentityReview, ItemSource

#: The number under which PostgreSQL lets one batch at a time bring in what nobody has seen before:
#: two sources that meet a new machine at the same moment must not both make it an item.
_NEWCOMERS_LOCK = 0x0CADA571


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole unit of work."""

    model: Model
    precedence: Precedence
    author: Author
    now: datetime


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

    def __init__(self, session: Session, terms: Terms, observations: Sequence[Observation]) -> None:
        self._session = session
        self._terms = terms
        self._observations = observations
        self._ends = KnownEnds(session, terms.model, observations)
        self._identification = self._identify()
        self._asides = AsideWriter(session, terms.author, terms.now)
        self._made = 0

    def _identify(self) -> Identification:
        """Read who is known. On PostgreSQL, what will be written is kept from other writers."""
        found = self._read()
        if self._session.get_bind().dialect.name != "postgresql":
            return found
        met = [self._known(found, seen) for seen in self._observations]
        if None in met:
            self._session.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NEWCOMERS_LOCK}
            )
            # Somebody else may have brought them in while we waited.
            found = self._read()
            met = [self._known(found, seen) for seen in self._observations]
        found.lock([item_id for item_id in met if item_id is not None])
        return found

    def _read(self) -> Identification:
        terms = self._terms
        return Identification(self._session, terms.model, self._observations, terms.now)

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
        write_items(self._session, terms.model, touched, terms.author, terms.now)
        self._asides.look_up({step.item.id for step in steps if not step.is_new})
        return [self._finish(step) if isinstance(step, _Step) else step for step in work]

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
        if decision.outcome is Decided.REVIEW:
            return self._queue(seen, decision.as_json())
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
        changed = self._refine_class(item, seen)
        accepted, problems = accept_values(terms.model, seen, item.class_code)
        problems |= self._ends.refuse_references(item, accepted)
        seen, wrong_parties = self._ends.refuse_parties(seen)
        if is_new:
            accepted["name"] = accepted.get("name") or _name_of(seen)
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

    def _queue(self, seen: Observation, decision: Mapping[str, Any]) -> Recorded:
        known = self._session.scalar(
            select(IdentityReview).where(
                IdentityReview.organisation_id == seen.organisation_id,
                IdentityReview.source == seen.origin.source,
                IdentityReview.key == seen.origin.key,
                IdentityReview.key != "",
                IdentityReview.resolved_at.is_(None),
            )
        )
        review = known or IdentityReview(
            organisation_id=seen.organisation_id, source=seen.origin.source, key=seen.origin.key
        )
        review.class_code = seen.class_code
        review.name = storable_text(str(seen.values.get("name") or _name_of(seen)))[:255]
        review.observation = stored_observation(seen)
        review.candidates = list(decision["candidates"])
        review.at = self._terms.now
        self._session.add(review)
        self._session.flush()  # the caller is told the review's id
        return Recorded(Outcome.REVIEW, review_id=review.id, detail=str(decision["why"]))

    def _finish(self, step: _Step) -> Recorded:
        terms, item, seen, state = self._terms, step.item, step.seen, step.state
        writer = SectionWriter(self._session, terms.author, terms.now)
        before = dict(state.digests)
        resend, differs = writer.write(item, state, seen.sections, seen.observed_at)
        if state.digests != before:
            _store_digests(self._session, state)
        if seen.parties is not None:
            differs |= self._asides.write_parties(seen, item.id, is_new=step.is_new)
        self._asides.write_quarantine(seen, item.id, step.problems)
        outcome = Outcome.UPDATED if differs or step.changed else Outcome.UNCHANGED
        if step.is_new:
            outcome = Outcome.CREATED
        return Recorded(outcome, item.id, problems=step.problems, resend=tuple(resend))


def _store_digests(session: Session, state: SourceState) -> None:
    session.execute(
        update(ItemSource).where(ItemSource.id == state.id).values(digests=dict(state.digests))
    )


def _name_of(seen: Observation) -> str:
    """Return what to call something that nobody has named: its names, its key, its numbers."""
    told: dict[str, str] = {
        identifier.kind: identifier.value for identifier in reversed(seen.identifiers)
    }
    name = told.get("name") or told.get("fqdn", "").split(".")[0] or seen.origin.key
    if name:
        return name
    first = next((identifier.value for identifier in seen.identifiers), "")
    return first.partition("|")[0] or f"unnamed {seen.class_code}"


def stored_observation(seen: Observation) -> dict[str, Any]:
    """Return the observation as a JSON document, to be replayed when a person has decided."""
    document: dict[str, Any] = storable(asdict(seen))
    document["observed_at"] = seen.observed_at.isoformat()
    return document
