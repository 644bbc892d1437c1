"""An estate with people in a database, and an application over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from tests.server.desk.estate import Estate, estate_at
from tests.support.people import token_of
from tests.support.sites import site_over

As = Callable[[Actor], FlaskClient]


@pytest.fixture
def place(database_url: str) -> Iterator[tuple[Database, Estate]]:
    """Yield a database with the estate, on SQLite and on PostgreSQL."""
    with estate_at(database_url) as found:
        yield found


@pytest.fixture
def database(place: tuple[Database, Estate]) -> Database:
    """Return the database."""
    return place[0]


@pytest.fixture
def estate(place: tuple[Database, Estate]) -> Estate:
    """Return what stands in it."""
    return place[1]


@pytest.fixture
def as_(database: Database, tmp_path: Path) -> As:
    """Return a maker of clients that bear a person's token."""
    app = site_over(create_app, Settings(home=tmp_path), database)

    def client_of(actor: Actor) -> FlaskClient:
        assert actor.person_id is not None
        with database.writing() as session:
            token = token_of(session, actor.person_id)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return client_of
