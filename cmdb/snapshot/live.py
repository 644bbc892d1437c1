"""The graph this process answers from, kept true by the change log.

Every answer is computed on a graph stamped with the sequence number of the newest change that the
asking transaction sees. When the log has moved on, its tail is replayed into the graph; a
transaction that has itself changed relations gets a graph of its own, because nobody else may see
what may yet be rolled back.
"""

import threading
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool
from sqlalchemy.orm import Session

from cmdb.model import Model, standing_model
from cmdb.records.relations import current_sequence, require_kept, sequence_at
from cmdb.snapshot.shelf import Shelf, Upkeep
from cmdb.snapshot.snapshot import Snapshot

__all__ = ["LIVE", "LiveGraphs", "Snapshot"]


class LiveGraphs:
    """The graphs of this process, one after another for each database. Thread-safe."""

    def __init__(self, upkeep: Upkeep | None = None) -> None:
        self._upkeep = upkeep or Upkeep()
        self._lock = threading.Lock()
        #: Readers and writers of one database share its pool of connections.
        self._shelves: WeakKeyDictionary[Pool, Shelf] = WeakKeyDictionary()
        self._files: WeakKeyDictionary[Pool, Path] = WeakKeyDictionary()

    def keep_in(self, folder: Path, engine: Engine) -> Path | None:
        """Share the graph of a database with the other processes of this host, by a file.

        Returns the file, which may be deleted at any time; None for a database in memory.
        """
        url = engine.url
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            return None
        address = url.set(password=None, query={}).render_as_string()
        path = folder / f"graph-{sha256(address.encode()).hexdigest()[:16]}.snapshot"
        with self._lock:
            self._files[engine.pool] = path
            self._shelves.pop(engine.pool, None)
        return path

    def at(self, session: Session, model: Model | None = None) -> Snapshot:
        """Return the graph as the transaction of ``session`` sees it."""
        session.flush()
        shelf = self._shelf(session, model or standing_model())
        sequence = current_sequence(session)
        if session.info.get("graph_changed"):
            return shelf.draft(session, sequence)
        if sequence < shelf.newest and _is_newest(session, sequence):
            # The log has gone back: the database was restored.
            shelf.forget()
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
        return self._shelf(session, model or standing_model()).past(session, sequence)

    def _shelf(self, session: Session, model: Model) -> Shelf:
        pool = session.get_bind().engine.pool
        with self._lock:
            shelf = self._shelves.get(pool)
            if shelf is None or shelf.model is not model:
                shelf = Shelf(model, self._files.get(pool), self._upkeep)
                self._shelves[pool] = shelf
            return shelf


def _is_newest(session: Session, sequence: int) -> bool:
    """Say whether a transaction that begins now sees no more of the log than ``session``."""
    with Session(session.get_bind().engine) as other:
        return current_sequence(other) <= sequence


LIVE = LiveGraphs()
