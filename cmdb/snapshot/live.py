"""The graph this process answers from, kept true by the change log.

Every answer is computed on a graph stamped with the sequence number of the newest change that the
asking transaction sees. When the log has moved on, its tail is replayed into the graph; a
transaction that has itself changed relations gets a graph of its own, because nobody else may see
what may yet be rolled back.
"""

import logging
import threading
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.room import OutOfRoom
from cmdb.model import Model, shipped_model
from cmdb.records.relations import GraphChange, current_sequence, require_kept, sequence_at
from cmdb.records.sums import stored
from cmdb.snapshot.replaying import CannotReplay, replayed
from cmdb.snapshot.snapshot import Snapshot, read_past, read_snapshot

__all__ = ["LIVE", "LiveGraphs", "Snapshot"]

_log = logging.getLogger(__name__)

#: So many graphs of one database are kept: readers that began before the last changes ask for them.
_RECENT = 4


class LiveGraphs:
    """The graphs of this process, one after another for each database. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Readers and writers of one database share its pool of connections.
        self._shelves: WeakKeyDictionary[Pool, _Shelf] = WeakKeyDictionary()

    def at(self, session: Session, model: Model | None = None) -> Snapshot:
        """Return the graph as the transaction of ``session`` sees it."""
        session.flush()
        shelf = self._shelf(session, model or shipped_model())
        sequence = current_sequence(session)
        if session.info.get("graph_changed"):
            return shelf.draft(session, sequence)
        return shelf.at(session, sequence)

    def as_of(self, session: Session, when: datetime | int, model: Model | None = None) -> Snapshot:
        """Return the graph as it was recorded at a moment, or at a change sequence.

        Raises HistoryNotKept for what lies before the horizon of the change log.
        """
        session.flush()
        sequence = sequence_at(session, when) if isinstance(when, datetime) else when
        if sequence >= current_sequence(session):
            return self.at(session, model)
        require_kept(session, sequence)
        return self._shelf(session, model or shipped_model()).past(session, sequence)

    def _shelf(self, session: Session, model: Model) -> "_Shelf":
        pool = session.get_bind().engine.pool
        with self._lock:
            shelf = self._shelves.get(pool)
            if shelf is None or shelf.model is not model:
                shelf = self._shelves[pool] = _Shelf(model)
            return shelf


class _Shelf:
    """The newest graphs of one database under one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._recent: tuple[Snapshot, ...] = ()
        self._past: tuple[Snapshot, ...] = ()
        #: By how much the kept sum is known to be off, after a mismatch that a rebuild confirmed.
        self._off = 0

    def at(self, session: Session, sequence: int) -> Snapshot:
        """Return the graph at ``sequence``, the newest that the session sees."""
        found = _exactly(self._recent, sequence)
        if found is not None:
            return found
        with self._lock:
            found = _exactly(self._recent, sequence)
            if found is None:
                found = self._proven(session, sequence)
                if not self._recent or sequence > self._recent[0].sequence:
                    self._recent = (found, *self._recent)[:_RECENT]
            return found

    def draft(self, session: Session, sequence: int) -> Snapshot:
        """Return a graph that nobody else sees, with what the session has not committed."""
        return _exactly(self._recent, sequence) or self._caught_up(session, sequence)

    def past(self, session: Session, sequence: int) -> Snapshot:
        """Return the graph as it was."""
        kept = (*self._recent, *self._past)
        found = _exactly(kept, sequence)
        if found is None:
            found = read_past(session, self.model, sequence)
            with self._lock:
                self._past = (found, *self._past)[:_RECENT]
        return found

    def _proven(self, session: Session, sequence: int) -> Snapshot:
        """Return the graph at ``sequence``; what the database's own sum belies is dropped."""
        found = self._caught_up(session, sequence)
        if self._is_true(session, found):
            return found
        _log.warning("the graph at change %d differs from the database: built anew", sequence)
        self._recent = ()
        found = read_snapshot(session, self.model, sequence)
        if not self._is_true(session, found):
            kept = _kept_sum(session, sequence)
            self._off = 0 if kept is None else kept - found.checksum
            _log.error("the sum of the change log is off at change %d", sequence)
        return found

    def _is_true(self, session: Session, found: Snapshot) -> bool:
        kept = _kept_sum(session, found.sequence)
        return kept is None or stored(found.checksum + self._off) == kept

    def _caught_up(self, session: Session, sequence: int) -> Snapshot:
        older = [one for one in self._recent if one.sequence <= sequence]
        if older:
            try:
                if older[0].sequence == sequence:
                    return older[0]
                return replayed(session, self.model, older[0], sequence)
            except (CannotReplay, OutOfRoom):
                pass
        return read_snapshot(session, self.model, sequence)


def _exactly(snapshots: tuple[Snapshot, ...], sequence: int) -> Snapshot | None:
    return next((one for one in snapshots if one.sequence == sequence), None)


def _kept_sum(session: Session, sequence: int) -> int | None:
    """Return the sum that the log keeps, where it keeps one."""
    if not sequence:
        return 0
    return session.scalar(select(GraphChange.checksum).where(GraphChange.seq == sequence))


LIVE = LiveGraphs()
