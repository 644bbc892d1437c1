"""Items as answers name them: those out of the actor's sight have no name."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.relations import RedundancyGroup
from cmdb.snapshot.live import Snapshot
from server.foundation.permissions import Actor
from server.items.impacts.graphs import AsOf
from server.items.impacts.sight import columns_for_sight, in_sight


@dataclass(frozen=True, slots=True)
class NamedItem:
    """What an answer says of an item."""

    id: int
    name: str
    class_code: str
    criticality: int | None


def name_items(
    session: Session, actor: Actor, snapshot: Snapshot, item_ids: Iterable[int], as_of: AsOf = None
) -> Mapping[int, NamedItem]:
    """Return the items of a graph that the actor may see, by id. One statement at most."""
    ids = np.array(sorted(set(item_ids)), np.int64)
    if not len(ids):
        return {}
    columns = columns_for_sight(actor, snapshot, ids, as_of)
    return named_among(snapshot, ids[in_sight(session, actor, ids, columns)])


def named_among(snapshot: Snapshot, ids: NDArray[np.int64]) -> Mapping[int, NamedItem]:
    """Return items that are known to be in sight, by id."""
    named = snapshot.named(ids)
    rows = zip(ids.tolist(), named.name, named.class_code, named.criticality, strict=True)
    return {row[0]: NamedItem(*row) for row in rows}


def named_only(names: Mapping[int, NamedItem], item_ids: Iterable[int]) -> Sequence[NamedItem]:
    """Return those of ``item_ids`` that have a name, in their order."""
    return [names[item_id] for item_id in item_ids if item_id in names]


class _GroupNames:
    """The names of groups at the newest change of each database; a group is never called anew.

    A thousand rows cost more than the impact itself, and the same groups are named again and again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[Pool, tuple[int, dict[int, str]]] = WeakKeyDictionary()

    def at(self, session: Session, sequence: int) -> dict[int, str]:
        """Return what is known of a database at a change: the caller adds to it."""
        if session.info.get("graph_changed"):
            # What this transaction has written may yet be rolled back.
            return {}
        pool = session.get_bind().engine.pool
        with self._lock:
            known = self._known.get(pool)
            if known is None or known[0] != sequence or len(known[1]) > _MOST_KEPT:
                known = self._known[pool] = (sequence, {})
            return known[1]


_MOST_KEPT = 100_000
_GROUP_NAMES = _GroupNames()


def group_names(session: Session, group_ids: Sequence[int], sequence: int) -> Mapping[int, str]:
    """Return the names of redundancy groups, past ones too, as they are at a change.

    One statement for those that nobody has asked for since then.
    """
    known = _GROUP_NAMES.at(session, sequence)
    missing = [number for number in group_ids if number not in known]
    if missing:
        query = select(RedundancyGroup.id, RedundancyGroup.name)
        rows = session.execute(query.where(among(session, RedundancyGroup.id, missing)))
        known.update((number, name) for number, name in rows)
    return known
