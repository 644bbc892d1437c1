"""Whether an error is the database's outage: nobody's fault here, and over when it is back."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: What SQLite says of its file and its disk; of a wrong statement it says ``SQLITE_ERROR``.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    }
)
#: Classes of SQLSTATE: connection lost, no resources (disk, memory, connections), stopped by its
#: administrator. (PostgreSQL, Appendix A)
_POSTGRESQL = ("08", "53", "57P")


def is_outage(error: Exception) -> bool:
    """Say whether the database could not be reached, had no room, or was stopped meanwhile.

    Whatever the statement was: the same one succeeds once the database is back.
    """
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # The low byte is the primary code; the others tell where in the file it happened.
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # No server has spoken: it was not reached, or went away in the middle.
        return isinstance(error, OperationalError)
    return str(state).startswith(_POSTGRESQL)
