"""One unit of work per request, job or command; the engines behind it.

SQLite: WAL, one writer at a time inside this process, ``BEGIN IMMEDIATE`` for every unit of work
that writes (a read that later writes cannot be upgraded and fails at once whatever the time-out).
PostgreSQL: plain transactions.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from server.foundation.events import Reactions, drain
from server.foundation.idle import ask_after_idling
from server.foundation.later import Later
from server.foundation.standing import ModelKeeper

_BUSY_TIMEOUT_MS = 15_000
# What one large import leaves of the log is given back with the next commit: a log of a gigabyte
# makes every page read a tenth slower for as long as it lies there, and fills the disk.
_LOG_BYTES = 64 * 2**20
# A connection knows of tables (``statistics``) what was known when it was opened.
_RECYCLED_SECONDS = 600


class Database:
    """The engine, and the two ways to use it: ``reading()`` and ``writing()``."""

    def __init__(self, url: str, reactions: Reactions | None = None, pool_size: int = 20) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = create_engine(
            # Values are people's and secrets' own; an error names the statement alone.
            self.url,
            hide_parameters=True,
            **self._engine_options(pool_size),
        )
        self.reactions: Reactions = reactions or {}
        self._write_lock = threading.RLock()
        self._models = ModelKeeper(self.engine)
        self.later = Later(self.writing)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._glances = self.engine
        else:
            ask_after_idling(self.engine)
            # A question or two need no transaction: its begin and its end are two more of them.
            self._glances = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = sessionmaker(self.engine, autoflush=True, expire_on_commit=False)
        self._writers = sessionmaker(
            self.engine.execution_options(cadastre_write=True), expire_on_commit=False
        )

    def _engine_options(self, pool_size: int) -> dict[str, Any]:
        if self.is_sqlite:
            own = {"connect_args": {"check_same_thread": False}, "pool_recycle": _RECYCLED_SECONDS}
            return own | {"pool_size": pool_size}
        # Our statements take milliseconds; compiling one to machine code takes hundreds.
        # And a plan made once for any value is wrong for a value that half the rows hold: measured
        # thirty times slower on a table that had just been filled. Planning takes 0.2 ms.
        settings = "-c jit=off -c plan_cache_mode=force_custom_plan"
        options = {"connect_args": {"options": settings}}
        # Whoever comes next gets the connection used last: its statements are prepared already.
        return {"pool_size": pool_size, "pool_use_lifo": True} | options

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one consistent state; whatever it changed is rolled back.

        Rows that were read stay readable afterwards: closing detaches them and expires nothing.
        """
        with self._models.in_force(), self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session; on success run the reactions to its events and commit, else roll back.

        Nothing is acknowledged before this block has been left without an exception.
        """
        with self._writer_turn(), self._models.in_force(), self._writers() as session:
            self._models.attach(session)
            self.later.attach(session)
            try:
                yield session
                session.flush()
                drain(session, self.reactions)
                session.commit()
            except BaseException:
                session.rollback()
                raise
            hooks: list[Callable[[], None]] = session.info.pop("after_commit", [])
        for act in hooks:
            act()

    def in_force(self) -> AbstractContextManager[None]:
        """Let model, precedence and rules of identity hold where no unit of work is at hand."""
        return self._models.in_force()

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """Give a bare connection for a question or two that need neither rows nor the model."""
        with self._glances.connect() as connection:
            yield connection

    def _writer_turn(self) -> AbstractContextManager[object]:
        return self._write_lock if self.is_sqlite else nullcontext()

    def dispose(self) -> None:
        """Write what may be written later, and close every pooled connection."""
        self.later.flush()
        self.engine.dispose()


def engine_of(session: Session) -> Engine:
    """Return the engine behind a session."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # Transactions are begun by _begin_sqlite, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"journal_size_limit={_LOG_BYTES}",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("cadastre_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
