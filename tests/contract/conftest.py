"""The endpoint kit: one site over one prepared world, made once for each kind of database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contract.kit import Kit
from tests.support.databases import DatabaseMaker


@pytest.fixture(scope="session")
def kit(database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Yield the kit on SQLite, for what no database decides."""
    with _kit("sqlite", database_maker, tmp_path_factory) as kit:
        yield kit


@pytest.fixture(scope="session")
def kit_on_both(
    request: pytest.FixtureRequest,
    database_kind: str,
    database_maker: DatabaseMaker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kit]:
    """Yield the kit on each kind of database; on SQLite it is the one that is there anyway."""
    if database_kind == "sqlite":
        yield request.getfixturevalue("kit")
        return
    with _kit(database_kind, database_maker, tmp_path_factory) as kit:
        yield kit


@contextmanager
def _kit(
    kind: str, database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kit]:
    url = database_maker.prepared(kind)
    kit = Kit(url, tmp_path_factory.mktemp("kit"))
    yield kit
    kit.close()
    database_maker.drop(url)
