"""A database with the small world in it, for probing devices."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.foundation.database import Database
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.support.people import World, make_world
from tests.support.standing import standing


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield an empty database with its schema, on SQLite and on PostgreSQL."""
    database = Database(database_url, REACTIONS)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    """Return the small world, written into `database`."""
    return standing(database, make_world)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings whose data folder is the test's own."""
    return Settings(home=tmp_path)
