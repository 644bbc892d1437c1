"""A database with the small world in it, and an application over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.server.people.company import Company
from tests.support.directory import SlapdServer
from tests.support.people import World, make_world, token_of
from tests.support.sites import site_over
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


@pytest.fixture
def app(settings: Settings, database: Database, world: World) -> Flask:
    """Return the server over the small world."""
    return site_over(create_app, settings, database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that nobody knows."""
    return app.test_client()


class As:
    """Sends requests as one person, with a bearer token."""

    def __init__(self, app: Flask, database: Database) -> None:
        self._app = app
        self._database = database
        self._tokens: dict[int, str] = {}

    def __call__(self, person_id: int | None) -> FlaskClient:
        """Return a client that bears a token of the person."""
        assert person_id is not None
        if person_id not in self._tokens:
            with self._database.writing() as session:
                self._tokens[person_id] = token_of(session, person_id)
        client = self._app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self._tokens[person_id]}"
        return client


@pytest.fixture
def as_(app: Flask, database: Database) -> As:
    """Return a maker of clients that bear a person's token."""
    return As(app, database)


@pytest.fixture
def company(
    directory: SlapdServer, database: Database, world: World, settings: Settings
) -> Company:
    """Return an empty company whose directory is connected to the small world's root."""
    company = Company(directory, database, settings.key_file)
    company.connect(world.admin, world.root.id)
    return company
