"""One connection for migrations: alone, with clear words for a database that cannot be used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from server.foundation.database import Database
from server.foundation.errors import DatabaseNotReady
from server.foundation.locks import FileLock, LockTaken

#: Any number will do, as long as every process of ours asks for the same one.
_ADVISORY_KEY = 0x0CADA57E

Say = Callable[[str], None]


@contextmanager
def migrating(url: str, say: Say) -> Iterator[Connection]:
    """Yield a connection that no other migration holds at the same time.

    SQLite: foreign keys are off, for a table rebuild drops the table it replaces, which would
    delete what refers to it. Raises ``DatabaseNotReady``.
    """
    database = Database(url, pool_size=2)
    try:
        with _only_one(database, say), _opened(database) as connection:
            yield connection
    finally:
        database.dispose()


@contextmanager
def looking(url: str) -> Iterator[Connection]:
    """Yield a connection to read the schema with. Raises ``DatabaseNotReady``."""
    database = Database(url, pool_size=2)
    try:
        with _opened(database) as connection:
            yield connection
    finally:
        database.dispose()


def current_revision(connection: Connection, script: ScriptDirectory) -> str | None:
    """Return the revision of the database, None for an empty one.

    Raises ``DatabaseNotReady`` for a newer database, or one that is not Cadastre's.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None and set(inspect(connection).get_table_names()) - {"alembic_version"}:
        raise DatabaseNotReady(
            f"the database {name_of(connection)} holds tables that are not Cadastre's; "
            "give Cadastre a database of its own"
        )
    if revision is not None and revision not in {r.revision for r in script.walk_revisions()}:
        raise DatabaseNotReady(
            f"the database {name_of(connection)} is from a newer version of Cadastre (revision "
            f"{revision}); install that version, or restore a backup made by this one"
        )
    return revision


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; None for a server, or for memory."""
    parsed = make_url(url)
    name = parsed.database
    if parsed.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def name_of(connection: Connection) -> str:
    """Return the database's address, without its password."""
    return connection.engine.url.render_as_string(hide_password=True)


@contextmanager
def _opened(database: Database) -> Iterator[Connection]:
    try:
        connection = database.engine.connect()
    except (DBAPIError, OSError) as error:
        raise _unreachable(database, error) from error
    with connection:
        if database.is_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection.execution_options(cadastre_write=True)
        try:
            yield connection
        except DatabaseError as error:
            # Its other subclasses are about a statement, not about the database.
            if type(error) not in {OperationalError, DatabaseError}:
                raise
            raise _unreachable(database, error) from error


def _unreachable(database: Database, error: Exception) -> DatabaseNotReady:
    address = database.url.render_as_string(hide_password=True)
    cause = str(getattr(error, "orig", error)).strip().splitlines()
    return DatabaseNotReady(f"the database {address} cannot be used: {' '.join(cause)}")


@contextmanager
def _only_one(database: Database, say: Say) -> Iterator[None]:
    if database.is_sqlite:
        with _file_lock(database, say):
            yield
    else:
        with _advisory_lock(database, say):
            yield


@contextmanager
def _file_lock(database: Database, say: Say) -> Iterator[None]:
    path = sqlite_file(str(database.url))
    if path is None:
        yield
        return
    lock = FileLock(Path(f"{path}.migrating"))
    try:
        lock.take()
    except LockTaken:
        say("another process is migrating this database; waiting for it")
        lock.take(wait=True)
    except OSError as error:
        raise DatabaseNotReady(
            f"the folder of {path} cannot be written: {error.strerror}"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _advisory_lock(database: Database, say: Say) -> Iterator[None]:
    """Hold a session-level lock on a connection of its own; it ends with the connection."""
    with _opened(database) as connection:
        key = {"key": _ADVISORY_KEY}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            say("another process is migrating this database; waiting for it")
            connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.commit()
