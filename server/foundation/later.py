"""What may be written some seconds later, by who notes it often: outside the promise of an answer.

Thousands of machines say every hour that nothing happened. Noting each in a transaction of its own
would cost more than all the rest of its report. What is noted here is written together, at most
``FLUSH_SECONDS`` later and when the server stops; a process that is killed loses it. So nothing
belongs here that anybody was promised.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

FLUSH_SECONDS = 5.0
_ATTACHED = "later"

#: Writes what was noted, {row: value}; of one row the value noted last. It waits for no lock.
Writer = Callable[[Session, Mapping[Hashable, Any]], None]

log = structlog.get_logger(__name__)


class Later:
    """The notes of one process for one database. Safe to share between threads."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Session]]) -> None:
        self._writing = writing
        self._lock = threading.Lock()
        self._pending: dict[Writer, dict[Hashable, Any]] = {}
        self._timer: threading.Timer | None = None

    def note(self, write: Writer, row: Hashable, value: Any) -> None:
        """Let ``write`` be told ``value`` of ``row`` before long."""
        with self._lock:
            self._pending.setdefault(write, {})[row] = value
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def noted(self, write: Writer, row: Hashable) -> Any:
        """Return what is noted of ``row`` and not yet written; None for nothing."""
        with self._lock:
            return self._pending.get(write, {}).get(row)

    def flush(self) -> None:
        """Write what is noted, now. A database that does not answer costs the notes."""
        with self._lock:
            pending, self._pending = self._pending, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for write, rows in pending.items():
            try:
                with self._writing() as session:
                    write(session, rows)
            except SQLAlchemyError as error:
                log.warning("notes are lost", notes=len(rows), error=type(error).__name__)

    def attach(self, session: Session) -> None:
        """Let ``later_of`` find its way from a session to here."""
        session.info[_ATTACHED] = self


def later_of(session: Session) -> Later | None:
    """Return the notes of the database that ``session`` belongs to."""
    found: Later | None = session.info.get(_ATTACHED)
    return found
