"""The whole site over the small world, and browsers of people who are signed in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.foundation.database import Database
from server.foundation.edge.csrf import FIELD, token_of
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.support.people import World, cookie_of, make_world
from tests.support.sites import site_over
from tests.support.standing import standing
from web.site import create_site


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
def site(settings: Settings, database: Database, world: World) -> Flask:
    """Return the site over the small world."""
    return site_over(create_site, settings, database)


class Browser:
    """A browser of one signed-in person; what it posts carries the token of its session."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self._client = client
        self._token = token_of(secret)

    def get(self, address: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self._client.get(address, **options)

    def read(self, address: str) -> str:
        """Open a page that must answer 200, and return its text."""
        answer = self.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def post(self, address: str, /, **form: Any) -> TestResponse:
        """Send a form."""
        return self._client.post(address, data={**form, FIELD: self._token})

    def done(self, address: str, /, **form: Any) -> str:
        """Send a form that must be accepted, and return where it leads."""
        answer = self.post(address, **form)
        assert answer.status_code == 303, (address, answer.status_code, answer.text[:2000])
        return answer.headers["Location"]


class Browsers:
    """Opens a browser for anybody of the world."""

    def __init__(self, site: Flask, database: Database) -> None:
        self._site = site
        self._database = database

    def __call__(self, person_id: int | None) -> Browser:
        """Sign somebody in."""
        assert person_id is not None
        with self._database.writing() as session:
            secret = cookie_of(session, person_id)
        client = self._site.test_client()
        client.set_cookie("cadastre", secret)
        return Browser(client, secret)


@pytest.fixture
def browser_of(site: Flask, database: Database) -> Browsers:
    """Return a maker of browsers."""
    return Browsers(site, database)


@pytest.fixture
def admin(browser_of: Browsers, world: World) -> Browser:
    """Return the administrator's browser."""
    return browser_of(world.admin.person_id)


@pytest.fixture
def nobody(browser_of: Browsers, world: World) -> Browser:
    """Return the browser of somebody without any role."""
    return browser_of(world.nobody.person_id)
