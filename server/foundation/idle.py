"""Asks a pooled connection whether it is alive, but only one that nobody has used for a while.

SQLAlchemy's own way (``pool_pre_ping``) asks each time: one more round trip to the database for
each unit of work, of which a short one has four. A connection that worked a second ago works still;
should the database have been restarted in that second, the work that meets it fails as it would
have failed while running, and the pool is renewed at once.
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

#: Seconds without use after which a connection is asked.
IDLE_SECONDS = 1.0
_USED = "cadastre_used_at"


def ask_after_idling(engine: Engine) -> None:
    """Let connections of the engine be asked before use when they were idle."""
    dialect = engine.dialect
    errors = dialect.loaded_dbapi.Error

    def note_use(_connection: object, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    def ask(connection: Any, record: Any, _proxy: object) -> None:
        used_at = record.info.get(_USED)
        if used_at is None or time.monotonic() - used_at < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except errors as error:
            # All the others are as old: each is opened anew before its next use.
            raise InvalidatePoolError(
                "the database does not answer on an idle connection"
            ) from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", ask)
