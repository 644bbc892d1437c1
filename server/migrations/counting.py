"""The highest ids ever given, kept over a revision that copies an SQLite table.

SQLite counts them by table. A copy begins to count at its own highest row, so an id whose row was
purged would be given again, and history, mails and notes would speak of something else.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

_COUNTED = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"


def counters_of(connection: Connection) -> dict[str, int]:
    """Return the highest id given by table; {} elsewhere than on SQLite. Begins no transaction."""
    if connection.dialect.name != "sqlite":
        return {}
    # Not through SQLAlchemy: each revision wants to begin a transaction of its own.
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
        if cursor.fetchone() is None:
            return {}
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        return dict(cursor.fetchall())
    finally:
        cursor.close()


def keep_counters(connection: Connection, before: Mapping[str, int]) -> None:
    """Let tables that are still there count on from where they stood ``before``."""
    now = counters_of(connection)
    counted = set(connection.exec_driver_sql(_COUNTED).scalars())
    for name, highest in before.items():
        if name in now and now[name] < highest:
            statement = "UPDATE sqlite_sequence SET seq = ? WHERE name = ?"
            connection.exec_driver_sql(statement, (highest, name))
        elif name not in now and name in counted:
            statement = "INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)"
            connection.exec_driver_sql(statement, (highest, name))
