"""Statements compiled once for all databases of a kind.

SQLAlchemy keeps compiled statements with the engine, and a test has an engine of its own: each
compiled the same three hundred statements again. What they compile to depends on the kind of
database alone, so engines of one kind share a dialect and its statements here.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from server.foundation import database
from tests.support.kept import KEPT

_MANY_STATEMENTS = 5000


class SharedCompilations:
    """Makes engines; those of one kind of database share what they have compiled."""

    def __init__(self) -> None:
        self._first: dict[str, Engine] = {}

    def create_engine(self, url: sa.URL, **options: Any) -> Engine:
        """Do what ``sqlalchemy.create_engine`` does."""
        engine = sa.create_engine(url, query_cache_size=_MANY_STATEMENTS, **options)
        if url.get_backend_name() == "postgresql":
            event.listen(engine, "do_connect", _connect)
        first = self._first.get(url.drivername)
        if first is not None:
            engine.dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        else:
            event.listen(engine, "engine_connect", self._keep, once=True)
        return engine

    def _keep(self, connection: Connection) -> None:
        """Only now its dialect knows the server: one whose server never answered is no model."""
        self._first.setdefault(connection.engine.url.drivername, connection.engine)


def _connect(_dialect: object, _record: object, _words: object, said: dict[str, Any]) -> Any:
    return KEPT.connect(**said)


_SHARED = SharedCompilations()


def engine_at(url: str) -> Engine:
    """Return an engine of nobody in particular, to look at a database with."""
    return _SHARED.create_engine(sa.make_url(url))


@pytest.fixture(scope="session", autouse=True)
def shared_compilations() -> None:
    """Let every ``Database`` of the tests use statements that were compiled before."""
    database.create_engine = _SHARED.create_engine  # type: ignore[attr-defined,assignment]
