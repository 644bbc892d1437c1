"""The graphs of one database that a process holds: newest first, caught up, proven, laid anew."""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.room import OutOfRoom
from cmdb.model import Model
from cmdb.records.relations import GraphChange
from cmdb.records.sums import stored
from cmdb.snapshot.carrying import Carrying
from cmdb.snapshot.replaying import CannotReplay, replayed
from cmdb.snapshot.sharing import SharedFile
from cmdb.snapshot.snapshot import (
    Snapshot,
    from_layout,
    from_stored,
    laid_anew,
    read_layout,
    read_past,
)

_log = logging.getLogger(__name__)

#: So many graphs are kept: readers that began before the last changes ask for older ones.
_RECENT = 4
#: Graphs of the past are not shared: two at a time.
_PAST = 2


@dataclass(frozen=True, slots=True)
class Upkeep:
    """When a graph is laid out anew, and how often a process looks for one that another laid out.

    ``many`` changes replayed, or ``old_seconds`` since the layout with any change since.
    """

    many: int = 20_000
    old_seconds: float = 600.0
    look_seconds: float = 1.0
    look_behind: int = 1_000


class Shelf:
    """The newest graphs of one database under one model. Thread-safe.

    ``path`` is the snapshot file that the processes of this host share; None for databases that
    live in memory, and for tests.
    """

    def __init__(self, model: Model, path: Path | None, upkeep: Upkeep) -> None:
        self.model = model
        self._file = SharedFile(path, Carrying.of(model).mark)
        self._upkeep = upkeep
        self._lock = threading.Lock()
        self._recent: tuple[Snapshot, ...] = ()
        self._past: tuple[Snapshot, ...] = ()
        #: Laid out anew by this process or another: the next to be caught up.
        self._fresh: Snapshot | None = None
        self._laid_at = self._looked_at = time.monotonic()
        self._compacting = threading.Lock()
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
                self._look_for_newer()
                found = self._proven(session, sequence)
                self._shelve(found)
        self._keep_short(found)
        return found

    def draft(self, session: Session, sequence: int) -> Snapshot:
        """Return a graph that nobody else sees, with what the session has not committed."""
        found = _exactly(self._recent, sequence)
        if found is None:
            known = self._nearest(session, sequence)
            found = known and self._replayed(session, known, sequence, share=False)
        return found or from_layout(read_layout(session, self.model, sequence))

    def past(self, session: Session, sequence: int) -> Snapshot:
        """Return the graph as it was."""
        found = _exactly((*self._recent, *self._past), sequence)
        if found is None:
            found = read_past(session, self.model, sequence)
            with self._lock:
                self._past = (found, *self._past)[:_PAST]
        return found

    def forget(self) -> None:
        """Drop every graph: the database is not the one it was."""
        with self._lock:
            self._recent, self._past, self._fresh, self._off = (), (), None, 0

    @property
    def newest(self) -> int:
        """Return the newest sequence held; -1 without any."""
        return self._recent[0].sequence if self._recent else -1

    # Finding a graph

    def _proven(self, session: Session, sequence: int) -> Snapshot:
        """Return the graph at ``sequence``; what the database's own sum belies is dropped."""
        found = self._caught_up(session, sequence)
        if self._is_true(session, found):
            return found
        _log.warning("the graph at change %d differs from the database: built anew", sequence)
        self._recent, self._fresh = (), None
        self._file.remove()
        found = self._file.lay_out(read_layout(session, self.model, sequence))
        if not self._is_true(session, found):
            kept = _kept_sum(session, sequence)
            self._off = 0 if kept is None else kept - found.checksum
            _log.error("the sum of the change log is off at change %d", sequence)
        return found

    def _is_true(self, session: Session, found: Snapshot) -> bool:
        kept = _kept_sum(session, found.sequence)
        return kept is None or stored(found.checksum + self._off) == kept

    def _caught_up(self, session: Session, sequence: int) -> Snapshot:
        for find in (self._nearest, self._attached):
            known = find(session, sequence)
            found = known and self._replayed(session, known, sequence, share=True)
            if found is not None:
                return found
        self._laid_at = time.monotonic()
        return self._file.lay_out(read_layout(session, self.model, sequence))

    def _replayed(
        self, session: Session, known: Snapshot, sequence: int, *, share: bool
    ) -> Snapshot | None:
        """Return the graph at ``sequence``; None when it has to be read anew."""
        if known.sequence == sequence:
            return known
        try:
            return replayed(session, self.model, known, sequence)
        except CannotReplay:
            return None
        except OutOfRoom:
            # Lists that moved again and again have filled the room: once more, with new room.
            layout = laid_anew(known, self._file.mark)
            fresh = self._file.lay_out(layout) if share else from_layout(layout)
        try:
            return replayed(session, self.model, fresh, sequence)
        except (CannotReplay, OutOfRoom):
            return None

    def _nearest(self, _session: Session, sequence: int) -> Snapshot | None:
        """Return the newest graph that is not too new; a fresh layout comes before an old one."""
        held = [self._fresh, *self._recent] if self._fresh else list(self._recent)
        fitting = [one for one in held if one.sequence <= sequence]
        return max(fitting, key=lambda one: (one.base, one.sequence), default=None)

    def _attached(self, session: Session, sequence: int) -> Snapshot | None:
        """Map the snapshot file, if it is one of this database's and not too new."""
        found = self._file.load()
        if found is None:
            return None
        kept = _kept_sum(session, found.sequence)
        if stored(found.checksum + self._off) == kept and 0 < found.sequence <= sequence:
            self._laid_at = time.monotonic()
            return from_stored(found)
        if not self._recent:
            # Of another database, or of this one before it was restored.
            _log.info("the snapshot file is foreign: removed")
            self._file.remove()
        return None

    # Keeping the tail short

    def _shelve(self, found: Snapshot) -> None:
        if self._recent and found.sequence < self._recent[0].sequence:
            return
        if self._fresh is not None and found.base >= self._fresh.base:
            # Graphs over older arrays are let go, and their memory with them.
            self._fresh = None
            self._recent = ()
        self._recent = (found, *self._recent)[:_RECENT]

    def _look_for_newer(self) -> None:
        """Take over what another process has laid out, when our own tail has grown."""
        now = time.monotonic()
        behind = self._recent[0].behind if self._recent else 0
        rested = now - self._looked_at >= self._upkeep.look_seconds
        if self._file.path is None or behind < self._upkeep.look_behind or not rested:
            return
        self._looked_at = now
        if self._file.sequence > self._recent[0].base and (found := self._file.load()) is not None:
            self._fresh = from_stored(found)
            self._laid_at = now

    def _keep_short(self, found: Snapshot) -> None:
        """Lay the graph out anew beside the answers, when its tail has grown long or old."""
        age = time.monotonic() - self._laid_at
        many = found.behind >= self._upkeep.many and age >= self._upkeep.look_seconds
        due = many or (found.behind and age > self._upkeep.old_seconds)
        if due and self._fresh is None and self._compacting.acquire(blocking=False):
            # The lock is let go by the thread, which is another one than ours.
            work = threading.Thread(target=self._compact, args=(found,), daemon=True)
            work.start()

    def _compact(self, found: Snapshot) -> None:
        try:
            self._laid_at = time.monotonic()
            fresh = self._file.lay_out(laid_anew(found, self._file.mark))
            with self._lock:
                self._fresh = fresh
        except (OSError, ValueError, MemoryError):
            _log.exception("the graph could not be laid out anew")
        finally:
            self._compacting.release()


def _exactly(snapshots: tuple[Snapshot, ...], sequence: int) -> Snapshot | None:
    return next((one for one in snapshots if one.sequence == sequence), None)


def _kept_sum(session: Session, sequence: int) -> int | None:
    """Return the sum that the log keeps, where it keeps one."""
    if not sequence:
        return 0
    return session.scalar(select(GraphChange.checksum).where(GraphChange.seq == sequence))
