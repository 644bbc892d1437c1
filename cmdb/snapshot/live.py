"""The graph this process answers from, kept true by the change log.

Every answer is computed on a graph stamped with the sequence number of the newest change that the
asking transaction sees. When the log has moved on, the graph is built anew; a transaction that has
itself changed relations gets a graph of its own, because nobody else may see what may yet be
rolled back.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Pool
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemNotInGraph
from cmdb.engine.impact.compact.arrays import Ids
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.model import Model, shipped_model
from cmdb.records.relations import current_sequence
from cmdb.snapshot.naming import ItemColumns, NamedItems
from cmdb.snapshot.reading import read_columns, read_items


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A graph, and the change sequence at which it is true."""

    sequence: int
    engine: ImpactEngine
    ids: Ids
    columns: ItemColumns

    def named(self, ids: Ids | Sequence[int]) -> NamedItems:
        """Return name, class, organisation and criticality of items of the graph, in that order.

        Raises ItemNotInGraph for the first that the graph does not hold. 5,000 take about 2 ms.
        """
        wanted = np.asarray(ids, dtype=np.int64)
        place = np.searchsorted(self.ids, wanted)
        known = place < len(self.ids)
        known[known] = self.ids[place[known]] == wanted[known]
        if not known.all():
            raise ItemNotInGraph(int(wanted[~known][0]))
        return self.columns.at(place)


class LiveGraphs:
    """One snapshot per database, replaced when the change log has moved on. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Readers and writers of one database share its pool of connections.
        self._known: WeakKeyDictionary[Pool, Snapshot] = WeakKeyDictionary()

    def at(self, session: Session, model: Model | None = None) -> Snapshot:
        """Return the graph as the transaction of ``session`` sees it."""
        session.flush()
        if session.info.get("graph_changed"):
            return _build(session, model)
        sequence = current_sequence(session)
        pool = session.get_bind().engine.pool
        with self._lock:
            known = self._known.get(pool)
            if known is None or known.sequence != sequence:
                known = _build(session, model)
                self._known[pool] = known
            return known


def _build(session: Session, model: Model | None, attempts: int = 3) -> Snapshot:
    """Read the graph and stamp it; again, where others have written while it was read.

    On PostgreSQL each statement sees the newest commits. After the last attempt the stamp is the
    older number: the next question builds anew.
    """
    sequence = current_sequence(session)
    ids, columns = read_items(session)
    graph = PortableGraph.build(read_columns(session, model or shipped_model(), ids))
    if attempts > 1 and current_sequence(session) != sequence:
        return _build(session, model, attempts - 1)
    return Snapshot(sequence, graph, ids, columns)


LIVE = LiveGraphs()
