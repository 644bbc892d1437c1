"""Which failures could have come to mean something else, because the graph has changed."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.records.among import among
from cmdb.records.relations import GraphChange, RedundancyGroup, Relation
from cmdb.snapshot.live import LIVE, Snapshot
from server.items.blast import takes_part


@dataclass(frozen=True, slots=True)
class Touched:
    """Items whose failure may reach something else, each with the newest change that says so.

    ``all_before``: what was computed before this sequence has to be computed anew whatever it is
    about, because the log no longer tells what changed; 0 when it does.
    """

    items: Mapping[int, int] = field(default_factory=dict)
    all_before: int = 0

    def newest(self, item_ids: Iterable[int]) -> int:
        """Return the newest change that matters to the failure of any of the items; 0 for none."""
        return max([self.all_before, *(self.items.get(one, 0) for one in item_ids)])


def touched_by(session: Session, after: int, upto: int, wanted: Collection[int]) -> Touched:
    """Say whose failure the changes numbered ``after`` < n <= ``upto`` could reach.

    ``wanted`` are the items of interest; the walk ends when all of them are found. A failure that
    no longer reaches a place is found as well: where its way was cut, the near end still has it.
    """
    tail = select(GraphChange.seq, GraphChange.op, GraphChange.row_id)
    rows = session.execute(tail.where(GraphChange.seq > after, GraphChange.seq <= upto)).all()
    lost = max((row.seq for row in rows if row.op == "item-"), default=0)
    if len(rows) < upto - after:
        # Numbers leave no gap: what is missing was let go.
        lost = max(lost, min((row.seq for row in rows), default=upto + 1) - 1)
    snapshot = LIVE.at(session)
    seeds, missing = _seeds(session, rows, snapshot)
    return Touched(_upstream(snapshot, seeds, wanted), max(lost, missing))


def _seeds(session: Session, rows: Iterable[Any], snapshot: Snapshot) -> tuple[dict[int, int], int]:
    """Return the items at which something changed, each with the newest change there.

    And the newest change of which nothing is left to be read, 0 for none.
    """
    changed: dict[str, dict[int, int]] = {"item": {}, "relation": {}, "group": {}}
    for seq, op, row_id in rows:
        if op != "item-":
            of_kind = changed[op[:-1]]
            of_kind[row_id] = max(seq, of_kind.get(row_id, 0))
    relations, groups = changed["relation"], changed["group"]
    seeds = dict(changed["item"])
    ends = select(Relation.id, Relation.start_id, Relation.end_id)
    for row_id, *both in session.execute(ends.where(among(session, Relation.id, relations))):
        seq = relations.pop(row_id)
        _raise_to(seeds, both, seq)
    owners = select(RedundancyGroup.id, RedundancyGroup.dependant_id)
    for row_id, owner in session.execute(owners.where(among(session, RedundancyGroup.id, groups))):
        _raise_to(seeds, [owner], groups.pop(row_id))
    _add_neighbours(session, seeds, snapshot)
    return seeds, max([0, *relations.values(), *groups.values()])


def _raise_to(seeds: dict[int, int], item_ids: Iterable[int], seq: int) -> None:
    for item_id in item_ids:
        seeds[item_id] = max(seq, seeds.get(item_id, 0))


def _add_neighbours(session: Session, seeds: dict[int, int], snapshot: Snapshot) -> None:
    """Let those who stand beside an item that left the graph speak for it."""
    gone = {one: seq for one, seq in seeds.items() if not takes_part(snapshot.engine, ItemId(one))}
    if not gone:
        return
    for mine, other in ((Relation.start_id, Relation.end_id), (Relation.end_id, Relation.start_id)):
        beside = select(mine, other).where(among(session, mine, gone), Relation.valid_to.is_(None))
        for item_id, neighbour in session.execute(beside).all():
            _raise_to(seeds, [neighbour], gone[item_id])


def _upstream(
    snapshot: Snapshot, seeds: Mapping[int, int], wanted: Collection[int]
) -> dict[int, int]:
    """Return the seeds and all that they need, each with the newest change below it."""
    found: dict[int, int] = {}
    left = set(wanted)
    for item_id, seq in sorted(seeds.items(), key=lambda pair: -pair[1]):
        if not left:
            break
        if item_id in found:
            # A newer change lies below it, and so below all that it needs.
            continue
        above = [item_id]
        with suppress(ItemNotInGraph):
            above += snapshot.engine.suppliers(ItemId(item_id)).ids.tolist()
        for one in above:
            found.setdefault(one, seq)
        left.difference_update(above)
    return found
