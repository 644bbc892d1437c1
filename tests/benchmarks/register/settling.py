"""Brings a database that was filled at once to rest, as it would be after a while in use."""

from sqlalchemy import text

from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.foundation.statistics import keep_statistics


def analyse(database: Database) -> None:
    """Let the planner know what is in the tables: by our own job, or as autovacuum would."""
    if database.is_sqlite:
        keep_statistics(JobContext(database, Settings(), {}))
        database.engine.dispose()
        return
    with database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.execute(text("VACUUM ANALYZE"))
