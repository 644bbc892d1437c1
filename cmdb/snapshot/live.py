"""The graph this process answers from, kept true by the change log.

Every answer is computed on a graph stamped with the sequence number of the newest change that the
asking transaction sees. When the log has moved on, the graph is built anew; a transaction that has
itself changed relations gets a graph of its own, because nobody else may see what may yet be
rolled back.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.model import Model, shipped_model
from cmdb.records.relations import current_sequence
from cmdb.snapshot.reading import read_columns

#: How many databases one process remembers a graph of; a server uses one, a test run many.
_DATABASES = 4


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A graph, and the change sequence at which it is true."""

    sequence: int
    engine: ImpactEngine


class LiveGraphs:
    """One snapshot per database, replaced when the change log has moved on. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Snapshot] = OrderedDict()

    def at(self, session: Session, model: Model | None = None) -> Snapshot:
        """Return the graph as the transaction of ``session`` sees it."""
        session.flush()
        sequence = current_sequence(session)
        if session.info.get("graph_changed"):
            return _build(session, sequence, model)
        url = str(session.get_bind().engine.url)
        with self._lock:
            known = self._known.get(url)
            if known is None or known.sequence != sequence:
                known = _build(session, sequence, model)
                self._known[url] = known
                self._known.move_to_end(url)
                while len(self._known) > _DATABASES:
                    self._known.popitem(last=False)
            return known


def _build(session: Session, sequence: int, model: Model | None) -> Snapshot:
    columns = read_columns(session, model or shipped_model())
    return Snapshot(sequence, PortableGraph.build(columns))


LIVE = LiveGraphs()
