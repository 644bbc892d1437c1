"""Brings a database that was filled at once to rest, as it would be after a while in use."""

from sqlalchemy import text

from server.foundation.database import Database


def analyse(database: Database) -> None:
    """Let the planner know what is in the tables; on PostgreSQL what autovacuum would have done."""
    vacuum = "ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(vacuum))
