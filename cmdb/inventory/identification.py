"""Which item does each observation of a batch mean? Reads for all at once, decides one by one."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision, Holder, Outcome, Question, decide, relevant
from cmdb.inventory.carriers import find_carriers
from cmdb.inventory.families import same_family
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import SourceKey, items_known_as, load_items, source_keys
from cmdb.inventory.questions import decided, declared_junk, remembered_answer
from cmdb.model import Model
from cmdb.observation import Identifier, Observation
from cmdb.records.sources import ALIAS, ItemSource, is_alias
from cmdb.vocabulary import DIRECTORY

#: The section that holds a source's evidence. Unchanged, it travels as its digest alone.
IDENTITY = "identity"


class Identification:
    """The items a batch may touch, and the decision for each of its observations."""

    def __init__(
        self,
        session: Session,
        model: Model,
        observations: Sequence[Observation],
        now: datetime,
        *,
        verdict: Decision | None = None,
    ) -> None:
        self._session = session
        self._model = model
        self._now = now
        self._verdict = verdict
        self._known_as = items_known_as(session, source_keys(observations))
        self._junk = declared_junk(session)
        unnamed = [seen for seen in observations if seen.item_id is None]
        self._carriers = find_carriers(session, self.evidence_of(unnamed))
        named = {seen.item_id for seen in observations if seen.item_id is not None}
        held = {item_id for ids in self._carriers.items.values() for item_id in ids}
        told = {verdict.item_id} if verdict and verdict.item_id is not None else set()
        known = set(self._known_as.values()) | told
        self.items: dict[int, KnownItem] = load_items(session, named | held | known)
        self._follow_merges()

    def _said_by(self, seen: Observation) -> tuple[Identifier, ...]:
        """Return the evidence that can identify: what was declared junk says nothing."""
        return self._junk.without(relevant(seen.class_code, seen.identifiers))

    def evidence_of(self, observations: Sequence[Observation]) -> set[Identifier]:
        """Return all the evidence by which these may be found."""
        return {one for seen in observations for one in self._said_by(seen)}

    def still_holds_of(self, observations: Sequence[Observation]) -> bool:
        """Say whether nobody has come in by evidence or key of these since they were read."""
        evidence = self.evidence_of(observations)
        now = find_carriers(self._session, evidence)
        before = self._carriers
        known = items_known_as(self._session, source_keys(observations))
        return all(self._known_as.get(key) == self.final(i) for key, i in known.items()) and all(
            now.items.get(one) == before.items.get(one)
            and now.spread.get(one) == before.spread.get(one)
            for one in evidence
        )

    def _holder(self, item: KnownItem) -> Holder:
        return Holder(
            item_id=item.id,
            organisation_id=item.organisation_id,
            class_code=item.class_code,
            identifiers=frozenset(self._junk.without(relevant(item.class_code, item.evidence()))),
            last_seen=item.last_seen_at,
            retired=item.winners.get("stage") == "retired",
            account=item.has_account,
        )

    def _follow_merges(self) -> None:
        """Let keys that still stand with a merged item mean the one it became."""
        while gone := {i.merged_into for i in self.items.values() if i.merged_into is not None}:
            missing = gone - self.items.keys()
            if not missing:
                break
            self.items |= load_items(self._session, missing)
        self._known_as = {key: self.final(item_id) for key, item_id in self._known_as.items()}

    def final(self, item_id: int) -> int:
        """Return the item that ``item_id`` has become by merging; itself for most."""
        while (item := self.items.get(item_id)) is not None and item.merged_into is not None:
            item_id = item.merged_into
        return item_id

    def lock(self, item_ids: Sequence[int]) -> bool:
        """Read these items anew and keep everybody else from writing them (PostgreSQL).

        False when one of them has meanwhile been merged into another.
        """
        locked = load_items(self._session, item_ids, lock=True)
        self.items |= locked
        return all(item.merged_into is None for item in locked.values())

    def decide(self, seen: Observation) -> Decision | None:
        """Decide which item ``seen`` means; None when it must be sent again with its evidence.

        Pure over what was read, except for a report without evidence whose key several machines
        share: their digests are looked up.
        """
        if self._verdict is not None:
            return self._verdict
        known = self._known_as.get((seen.organisation_id, seen.origin.source, seen.origin.key))
        if not seen.identifiers and (digest := _identity_digest(seen)):
            item_id = self._by_digest(seen, known, digest)
            if item_id is None:
                return None
            return Decision(Outcome.MATCH, item_id, why="the evidence is what it was")
        holders = self._holders(seen)
        question = Question(
            evidence=self._said_by(seen),
            class_code=seen.class_code,
            organisation_id=seen.organisation_id,
            known_as=self._holder(self.items[known]) if known in self.items else None,
            now=self._now,
            spread=self._carriers.spread,
            account=seen.origin.source == DIRECTORY,
        )
        decision = decide(question, holders)
        return self._answered(seen) or decision if decision.outcome is Outcome.REVIEW else decision

    def _answered(self, seen: Observation) -> Decision | None:
        """Return what a person has decided before, asked the very same."""
        answer = remembered_answer(self._session, seen)
        decision = decided(answer) if answer is not None else None
        if decision is None or decision.item_id is None:
            return decision
        self.items |= load_items(self._session, {decision.item_id} - self.items.keys())
        self._follow_merges()
        item = self.items.get(self.final(decision.item_id))
        return replace(decision, item_id=item.id) if item is not None else None

    def _holders(self, seen: Observation) -> Mapping[Identifier, Sequence[Holder]]:
        """Return who carries the evidence, among items of the same family of classes."""
        met: dict[int, Holder | None] = {}
        evidence = self._said_by(seen)
        for identifier in evidence:
            for item_id in self._carriers.items.get(identifier, ()):
                if item_id not in met:
                    item = self.items.get(item_id)
                    fits = item and same_family(self._model, item.class_code, seen.class_code)
                    met[item_id] = self._holder(item) if item and fits else None
        return {
            identifier: [h for i in ids if (h := met.get(i)) is not None]
            for identifier in evidence
            if (ids := self._carriers.items.get(identifier))
        }

    def _by_digest(self, seen: Observation, known: int | None, digest: str) -> int | None:
        """Return the item to which a source with this key last proved itself by this digest."""
        source, key = seen.origin.source, seen.origin.key
        item = self.items.get(known) if known is not None else None
        if item is not None and item.sources[source, key].digests.get(IDENTITY) == digest:
            return item.id
        clones = self._session.execute(
            select(ItemSource.item_id, ItemSource.digests).where(
                ItemSource.organisation_id == seen.organisation_id,
                ItemSource.source == source,
                is_alias(key),
            )
        )
        found: list[int] = [i for i, digests in clones if digests.get(IDENTITY) == digest]
        if len(found) != 1:
            return None
        self.items |= load_items(self._session, set(found) - self.items.keys())
        return found[0]

    def key_for(self, seen: Observation, item: KnownItem) -> str:
        """Return under which key the source's word on ``item`` is kept.

        Two machines may speak with one key (a cloned image). The key stays with the item that had
        it first; the other's words are kept under an alias made of its own evidence.
        """
        source, key = seen.origin.source, seen.origin.key
        holder = self._known_as.get(self._key(seen, item))
        if not key or seen.item_id is not None or holder in (None, item.id):
            return key
        for known_source, known_key in item.sources:
            if known_source == source and known_key.startswith(key + ALIAS):
                return known_key
        evidence = "|".join(sorted(f"{i.kind}={i.value}" for i in seen.identifiers))
        return f"{key}{ALIAS}{zlib.crc32(evidence.encode()):08x}"

    def remember(self, seen: Observation, item: KnownItem) -> None:
        """Let later observations of the batch find ``item`` by this one's evidence."""
        self.items[item.id] = item
        if seen.origin.key and seen.item_id is None:
            self._known_as.setdefault(self._key(seen, item), item.id)
        for identifier in self._said_by(seen):
            self._carriers.add(identifier, item.id)

    def _key(self, seen: Observation, item: KnownItem) -> SourceKey:
        return item.organisation_id, seen.origin.source, seen.origin.key


def _identity_digest(seen: Observation) -> str:
    for section in seen.sections:
        if section.name == IDENTITY and section.rows is None and seen.origin.key:
            return section.digest
    return ""
