"""When sessions and tokens were last used, without a write for every read.

Uses are noted in memory and written by the next request that writes anyway. They are for people
who review sessions and tokens; no right depends on them, so a process that dies may lose the last
minutes of them.
"""

import threading
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.people.models import ApiToken, WebSession

_GRAIN = timedelta(minutes=5)

_Row = tuple[type[WebSession] | type[ApiToken], int]


class Presence:
    """The uses of this process that are not yet written. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[_Row, datetime] = {}

    def note(
        self,
        table: type[WebSession] | type[ApiToken],
        row_id: int,
        known: datetime | None,
        now: datetime,
    ) -> None:
        """Remember a use, unless one of the last five minutes is ``known`` already."""
        if known is None or now - known >= _GRAIN:
            with self._lock:
                self._pending[table, row_id] = now

    def flush(self, session: Session) -> None:
        """Write what is pending if ``session`` writes; what others have locked waits its turn."""
        if not self._pending or not _writes(session):
            return
        with self._lock:
            pending, self._pending = self._pending, {}
        for (table, row_id), at in sorted(pending.items(), key=lambda entry: _order(entry[0])):
            # A long import in another transaction may hold this row; then the use is dropped.
            free = select(table.id).where(table.id == row_id).with_for_update(skip_locked=True)
            column = "last_seen_at" if table is WebSession else "last_used_at"
            session.execute(
                update(table)
                .where(table.id.in_(free))
                .values({column: at})
                .execution_options(synchronize_session=False)
            )


def _writes(session: Session) -> bool:
    return bool(session.get_bind().get_execution_options().get("cadastre_write"))


def _order(row: _Row) -> tuple[str, int]:
    return row[0].__tablename__, row[1]


#: The one of this process.
PRESENCE = Presence()
