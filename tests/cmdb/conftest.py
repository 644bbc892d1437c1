from collections.abc import Iterator

import pytest

from server.foundation.database import Database
from tests.cmdb.inventory.register import Register


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def register(database: Database) -> Register:
    """A register with the small world of people, on SQLite and on PostgreSQL."""
    return Register(database)
