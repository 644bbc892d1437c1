"""A database in which whatever a request wrote is taken back in no time."""

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
        for makers in (self._readers, self._writers):
            makers.configure(bind=self._connection, join_transaction_mode="create_savepoint")

    def keep(self) -> None:
        """Make everything written so far the state to which ``rewind`` leads back."""
        self._around.commit()
        self._around = self._connection.begin()

    def rewind(self) -> None:
        """Take back everything written since it was last kept."""
        self._around.rollback()
        self._around = self._connection.begin()

    def dispose(self) -> None:
        """Take everything back and close the connection."""
        self._around.rollback()
        self._connection.close()
        super().dispose()
