"""A database in which whatever a request wrote is taken back in no time."""

import sqlite3

import sqlalchemy as sa

from server.foundation.database import Database
from server.foundation.events import Reactions


class RewindingDatabase(Database):
    """All units of work happen inside one transaction that never ends well. For one thread.

    Commits and roll-backs of units of work are those of savepoints; copying a database for each
    request instead takes a second on PostgreSQL.
    """

    def __init__(self, url: str, reactions: Reactions) -> None:
        super().__init__(url, reactions)
        # SQLite needs to know from the beginning that this transaction will write.
        self._connection = self.engine.connect().execution_options(cadastre_write=True)
        self._around = self._connection.begin()
        self._written_before = self._rows_written()
        for makers in (self._readers, self._writers):
            makers.configure(bind=self._connection, join_transaction_mode="create_savepoint")

    def keep(self) -> None:
        """Make everything written so far the state to which ``rewind`` leads back."""
        self._around.commit()
        self._around = self._connection.begin()
        self._written_before = self._rows_written()

    def rewind(self) -> None:
        """Take back everything written since it was last kept."""
        self._around.rollback()
        self._around = self._connection.begin()
        self._written_before = self._rows_written()

    def has_written(self) -> bool:
        """Say whether anything at all was written since, taken back by its unit of work or not.

        SQLite counts rows that were written; PostgreSQL numbers a transaction when it first writes.
        """
        if self.is_sqlite:
            return self._rows_written() != self._written_before
        number = sa.select(sa.func.pg_current_xact_id_if_assigned())
        return self._connection.scalar(number) is not None

    def _rows_written(self) -> int:
        driver = self._connection.connection.driver_connection
        return driver.total_changes if isinstance(driver, sqlite3.Connection) else 0

    def dispose(self) -> None:
        """Take everything back and close the connection."""
        self._around.rollback()
        self._connection.close()
        super().dispose()
