"""Which item does each observation of a batch mean? Reads for all at once, decides one by one."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision, Holder, Question, decide
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import holders_of, items_known_as, load_items, source_keys
from cmdb.observation import Identifier, Observation


class Identification:
    """The items a batch may touch, and the decision for each of its observations."""

    def __init__(
        self, session: Session, observations: Sequence[Observation], now: datetime
    ) -> None:
        self._now = now
        self._known_as = items_known_as(session, source_keys(observations))
        evidence = {found for seen in observations for found in seen.identifiers}
        self._holders = {
            identifier: list(ids) for identifier, ids in holders_of(session, evidence).items()
        }
        named = {seen.item_id for seen in observations if seen.item_id is not None}
        held = {item_id for ids in self._holders.values() for item_id in ids}
        self.items: dict[int, KnownItem] = load_items(
            session, named | held | set(self._known_as.values())
        )

    def decide(self, seen: Observation) -> Decision:
        """Decide which item ``seen`` means. Pure over what was read."""
        holders: dict[Identifier, list[Holder]] = {}
        for identifier in seen.identifiers:
            ids = self._holders.get(identifier)
            if ids:
                holders[identifier] = [_holder(self.items[i]) for i in ids if i in self.items]
        known = self._known_as.get((seen.organisation_id, seen.origin.source, seen.origin.key))
        question = Question(
            evidence=seen.identifiers,
            class_code=seen.class_code,
            organisation_id=seen.organisation_id,
            known_as=_holder(self.items[known]) if known is not None else None,
            now=self._now,
        )
        return decide(question, holders)

    def key_for(self, seen: Observation, item: KnownItem) -> str:
        """Return under which key the source's word on ``item`` is kept.

        Two machines may speak with one key (a cloned image). The key stays with the item that had
        it first; the other's words are kept under an alias made of its own evidence.
        """
        source, key = seen.origin.source, seen.origin.key
        holder = self._known_as.get((item.organisation_id, source, key))
        if not key or seen.item_id is not None or holder in (None, item.id):
            return key
        for known_source, known_key in item.sources:
            if known_source == source and known_key.startswith(f"{key}~"):
                return known_key
        evidence = "|".join(sorted(f"{i.kind}={i.value}" for i in seen.identifiers))
        return f"{key}~{zlib.crc32(evidence.encode()):08x}"

    def remember(self, seen: Observation, item: KnownItem) -> None:
        """Let later observations of the batch find ``item`` by this one's evidence."""
        self.items[item.id] = item
        if seen.origin.key and seen.item_id is None:
            key = (item.organisation_id, seen.origin.source, seen.origin.key)
            self._known_as.setdefault(key, item.id)
        for identifier in seen.identifiers:
            ids = self._holders.setdefault(identifier, [])
            if item.id not in ids:
                ids.append(item.id)


def _holder(item: KnownItem) -> Holder:
    return Holder(
        item_id=item.id,
        organisation_id=item.organisation_id,
        class_code=item.class_code,
        identifiers=item.evidence(),
        last_seen=item.last_seen_at,
        retired=item.winners.get("stage") == "retired",
    )
