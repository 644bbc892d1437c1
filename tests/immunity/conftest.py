"""One site over the small world, attacked by everybody."""

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.foundation.database import Database
from server.foundation.edge.csrf import FIELD
from server.foundation.edge.csrf import token_of as csrf_of
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.server.items.machines import AGENT_ID
from tests.support.databases import DatabaseMaker
from tests.support.people import World, cookie_of, make_world, token_of
from web.site import create_site

V1 = "/api/v1"


class Target:
    """What is attacked: the whole site, and ways to act as anybody."""

    def __init__(self, url: str, home: Path) -> None:
        self.settings = Settings(home=home, job_threads=0)
        self.database = Database(url, REACTIONS)
        with self.database.writing() as session:
            self.world: World = make_world(session)
        self.site: Flask = create_site(self.settings, self.database)
        self._url = url
        self._numbers = itertools.count(1)

    def api(self, actor: Actor | None) -> "Program":
        """Return a program with the person's token; without a person, one without a token."""
        if actor is None:
            return Program(self.site.test_client(), {})
        assert actor.person_id is not None
        with self.database.writing() as session:
            token = token_of(session, actor.person_id, f"immunity {next(self._numbers)}")
        return Program(self.site.test_client(), {"Authorization": f"Bearer {token}"})

    def browser(self, actor: Actor) -> "Browser":
        """Return the person's browser, signed in."""
        assert actor.person_id is not None
        with self.database.writing() as session:
            secret = cookie_of(session, actor.person_id)
        client = self.site.test_client()
        client.set_cookie("cadastre", secret)
        return Browser(client, secret)

    def agent(self, agent_id: str = AGENT_ID, organisation_id: int | None = None) -> "Program":
        """Enrol an agent and return a program with its key."""
        place = organisation_id or self.world.root.id
        wish = {"name": "t", "organisation_id": place, "uses": None}
        token = self.api(self.world.admin).post("/enrolment-tokens", wish).get_json()["token"]
        made = self.api(None).post("/agents/enrol", {"token": token, "agent_id": agent_id})
        key = made.get_json()["key"]
        return Program(self.site.test_client(), {"Authorization": f"Bearer {key}"})

    def create(self, name: str, organisation_id: int, **values: Any) -> int:
        """Create a server by hand as the administrator; return its id."""
        body = {"class": "server", "organisation_id": organisation_id}
        answer = self.api(self.world.admin).post(
            "/items", body | {"values": {"name": name, **values}}
        )
        assert answer.status_code == 201, answer.text
        made: int = answer.get_json()["id"]
        return made

    def stored_bytes(self) -> bytes:
        """Return everything that is on the disk of the database and of the data folder."""
        path = Path(self._url.removeprefix("sqlite:///"))
        places = [*path.parent.glob(f"{path.name}*")]
        return b"".join(place.read_bytes() for place in places)


class Program:
    """Sends REST requests."""

    def __init__(self, client: FlaskClient, headers: Mapping[str, str]) -> None:
        self.client = client
        self.headers = dict(headers)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(V1 + path, headers=self.headers, query_string=query)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(V1 + path, headers=self.headers, json=body)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.client.patch(V1 + path, headers=self.headers, json=body)

    def bulk(self, organisation_id: int, *lines: Any) -> list[dict[str, Any]] | int:
        """Send lines; return the results, or the status of a refusal."""
        answer = self.client.post(
            V1 + "/items/bulk",
            headers=self.headers,
            query_string={"organisation_id": organisation_id},
            data=b"\n".join(json.dumps(line).encode() for line in lines),
            content_type="application/x-ndjson",
        )
        if answer.status_code != 200:
            return answer.status_code
        return [json.loads(line) for line in answer.data.splitlines()]


class Browser:
    """A signed-in browser; what it posts carries the proof of its session."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self.client = client
        self.secret = secret

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **form: Any) -> TestResponse:
        return self.client.post(address, data={**form, FIELD: csrf_of(self.secret)})


@pytest.fixture(scope="module")
def target(
    database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """One target for each module, on SQLite: no guard here is the database's."""
    url = database_maker.prepared("sqlite")
    found = Target(url, tmp_path_factory.mktemp("target"))
    yield found
    found.database.dispose()
    database_maker.drop(url)


def corpus(name: str) -> list[str]:
    r"""Return the payloads of a file: one a line, with Python's escapes (\x00, \u202e) read."""
    lines = (Path(__file__).parent / "corpora" / f"{name}.txt").read_text("utf-8").splitlines()
    return [
        json.loads('"' + line.replace('"', '\\"') + '"') if "\\u" in line else line
        for line in lines
        if line and not line.startswith("#!")
    ]
