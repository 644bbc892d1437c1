"""Inventory: the one door into the register.

Whatever enters (a report, a walk, a line of a file, a person's edit) comes as an ``Observation``
and passes identification, reconciliation and history here. There is no side door.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.engine.reconciliation import Precedence, shipped_precedence
from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.inventory.asides import AsideWriter
from cmdb.inventory.identification import Identification
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.outcomes import Author, Outcome, Recorded, Related
from cmdb.inventory.reconciling import accept_values, decide_winners, speak
from cmdb.inventory.relating import RelationWriter
from cmdb.inventory.sections import SectionWriter
from cmdb.inventory.writing import write_items
from cmdb.model import Model, shipped_model
from cmdb.observation import Observation, SeenRelation
from cmdb.records.sources import IdentityReview, ItemSource
from cmdb.vocabulary import ClassCode, SourceCode

#: Larger batches are cut: a statement stays small and memory bounded.
BATCH = 1000


class Inventory:
    """The register, open for one unit of work. Never commits."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        author: Author | None = None,
        model: Model | None = None,
        precedence: Precedence | None = None,
    ) -> None:
        self.session = session
        self.model = model or shipped_model()
        self._now = now
        self._author = author or Author()
        self._precedence = precedence or shipped_precedence()

    def record(self, observation: Observation) -> Recorded:
        """Record one observation; see ``record_many``."""
        return self.record_many([observation])[0]

    def record_many(self, observations: Sequence[Observation]) -> list[Recorded]:
        """Record observations; the results come in the same order.

        Each one either matches an item, creates one, or goes to the review queue when its evidence
        fits several. A refused value is quarantined on the item and the rest lands. An observation
        of an unknown class, or one that names an item that does not exist, is refused alone.
        """
        results: list[Recorded] = []
        for offset in range(0, len(observations), BATCH):
            batch = _Batch(self, observations[offset : offset + BATCH])
            results += batch.run()
        return results

    def relate(
        self, relations: Sequence[SeenRelation], source: SourceCode, organisation_id: int
    ) -> list[Related]:
        """Record relations that ``source`` saw; references by key are looked up in its own keys."""
        writer = RelationWriter(self.session, self.model, self._author, self._now)
        results: list[Related] = []
        for offset in range(0, len(relations), BATCH):
            part = relations[offset : offset + BATCH]
            results += writer.write(part, source, organisation_id)
        return results

    def unrelate(self, relation_ids: Sequence[int], source: SourceCode) -> int:
        """End relations; return how many were live."""
        writer = RelationWriter(self.session, self.model, self._author, self._now)
        return writer.end(relation_ids, source)

    @property
    def now(self) -> datetime:
        """Return the moment of this unit of work."""
        return self._now

    @property
    def author(self) -> Author:
        """Return on whose behalf this unit of work records."""
        return self._author

    @property
    def precedence(self) -> Precedence:
        """Return which source wins where."""
        return self._precedence


class _Batch:
    """Up to ``BATCH`` observations on their way through the door."""

    def __init__(self, door: Inventory, observations: Sequence[Observation]) -> None:
        self._door = door
        self._session = door.session
        self._now = door.now
        self._observations = observations
        self._identification = Identification(door.session, observations, door.now)
        self._work: list[tuple[Observation, KnownItem, SourceState, dict[str, str]] | Recorded] = []
        self._created: set[int] = set()

    def run(self) -> list[Recorded]:
        """Decide everything, write everything, and say what became of each."""
        for seen in self._observations:
            self._work.append(self._take(seen))
        touched = {id(w[1]): w[1] for w in self._work if not isinstance(w, Recorded)}
        changed = {item.id for item in touched.values() if item.changed}
        new = list(
            write_items(
                self._session, self._door.model, touched.values(), self._door.author, self._now
            ).values()
        )
        self._created = set(new)
        return [w if isinstance(w, Recorded) else self._finish(*w, changed) for w in self._work]

    def _take(
        self, seen: Observation
    ) -> tuple[Observation, KnownItem, SourceState, dict[str, str]] | Recorded:
        try:
            found = self._find(seen)
        except (InvalidValue, ItemNotFound) as error:
            fields = error.fields if isinstance(error, InvalidValue) else {"id": str(error)}
            return Recorded(Outcome.REFUSED, problems=fields, detail=str(error))
        if isinstance(found, Recorded):
            return found
        accepted, problems = accept_values(self._door.model, seen)
        if found.is_new and not accepted.get("name"):
            accepted["name"] = _name_of(seen)
        self._refine_class(found, seen)
        state = speak(found, seen, self._identification.key_for(seen, found), accepted, self._now)
        decide_winners(found, set(accepted), self._door.precedence, self._now)
        self._identification.remember(seen, found)
        return seen, found, state, problems

    def _find(self, seen: Observation) -> KnownItem | Recorded:
        item_class = self._door.model.item_class(seen.class_code)
        if seen.item_id is not None:
            item = self._identification.items.get(seen.item_id)
            if item is None:
                raise ItemNotFound(seen.item_id)
            return item
        decision = self._identification.decide(seen)
        if decision.outcome == "match" and decision.item_id is not None:
            return self._identification.items[decision.item_id]
        if decision.outcome == "review":
            return self._queue(seen, decision.as_json())
        if item_class.abstract:
            raise InvalidValue({"class": f"{seen.class_code} is abstract; name a class below it"})
        return KnownItem(
            id=-1 - len(self._work),
            organisation_id=seen.organisation_id,
            class_code=seen.class_code,
            first_seen_at=min(seen.observed_at, self._now),
            last_seen_at=min(seen.observed_at, self._now),
        )

    def _refine_class(self, item: KnownItem, seen: Observation) -> None:
        """Take a more exact class from whoever knows it; a vaguer word changes nothing."""
        model = self._door.model
        wanted = seen.class_code
        if wanted == item.class_code or item.is_new:
            return
        by_person = seen.item_id is not None
        if by_person or model.is_a(wanted, ClassCode(item.class_code)):
            old, _, _ = item.changed.get("class", (item.class_code, "", ""))
            item.changed["class"] = (old, wanted, seen.origin.source)
            item.class_code = wanted

    def _queue(self, seen: Observation, decision: Mapping[str, Any]) -> Recorded:
        known = self._session.scalar(
            select(IdentityReview).where(
                IdentityReview.organisation_id == seen.organisation_id,
                IdentityReview.source == seen.origin.source,
                IdentityReview.key == seen.origin.key,
                IdentityReview.resolved_at.is_(None),
            )
        )
        review = known or IdentityReview(
            organisation_id=seen.organisation_id, source=seen.origin.source, key=seen.origin.key
        )
        review.class_code = seen.class_code
        review.name = str(seen.values.get("name") or _name_of(seen))
        review.observation = stored_observation(seen)
        review.candidates = list(decision["candidates"])
        review.at = self._now
        self._session.add(review)
        self._session.flush()  # the caller is told the review's id
        return Recorded(Outcome.REVIEW, review_id=review.id)

    def _finish(
        self,
        seen: Observation,
        item: KnownItem,
        state: SourceState,
        problems: Mapping[str, str],
        changed: set[int],
    ) -> Recorded:
        writer = SectionWriter(self._session, self._door.author, self._now)
        before = dict(state.digests)
        resend, differs = writer.write(item, state, seen.sections, seen.observed_at)
        if state.digests != before:
            _store_digests(self._session, state)
        is_new = item.id in self._created
        asides = AsideWriter(self._session, self._door.author, self._now)
        if seen.parties is not None:
            differs |= asides.write_parties(seen, item.id, is_new=is_new)
        asides.write_quarantine(seen, item.id, problems, is_new=is_new)
        outcome = Outcome.UNCHANGED
        if is_new:
            outcome = Outcome.CREATED
        elif differs or item.id in changed:
            outcome = Outcome.UPDATED
        return Recorded(outcome, item.id, problems=dict(problems), resend=tuple(resend))


def _store_digests(session: Session, state: SourceState) -> None:
    session.execute(
        update(ItemSource).where(ItemSource.id == state.id).values(digests=dict(state.digests))
    )


def _name_of(seen: Observation) -> str:
    for identifier in sorted(seen.identifiers, key=lambda i: i.kind not in {"fqdn", "name"}):
        return identifier.value.split(".")[0] if identifier.kind == "fqdn" else identifier.value
    return seen.origin.key or f"unnamed {seen.class_code}"


def stored_observation(seen: Observation) -> dict[str, Any]:
    """Return the observation as a JSON document, to be replayed when a person has decided."""
    document = asdict(seen)
    document["observed_at"] = seen.observed_at.isoformat()
    return document
