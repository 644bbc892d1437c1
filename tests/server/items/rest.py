"""The REST interface as programs use it: real tokens, JSON in, JSON out."""

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from server.foundation.database import Database
from server.foundation.permissions import Actor
from tests.support.people import World, token_of

V1 = "/api/v1"


class Caller:
    """Sends requests with one bearer token; "" for none."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, **what: Any) -> TestResponse:
        headers = self._headers | dict(what.pop("headers", {}))
        return self._client.open(V1 + path, method=method, headers=headers, **what)

    def get(self, path: str, **query: Any) -> Any:
        """The body of an answer that must be 200."""
        answer = self.send("GET", path, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.send("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.get_json() if answer.text else None

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        answer = self.send("PATCH", path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def create(self, name: str, class_code: str = "server", **values: Any) -> int:
        """Create an item in the root organisation by hand; return its id."""
        organisation = values.pop("organisation_id", 1)
        body = {"class": class_code, "organisation_id": organisation, "values": {"name": name}}
        body["values"] |= values
        item_id: int = self.post("/items", body)["id"]
        return item_id

    def relate(self, verb: str, start: int, end: int, **more: Any) -> int:
        body = {"type": verb, "start_id": start, "end_id": end, **more}
        relation_id: int = self.post("/relations", body)["id"]
        return relation_id

    def bulk(
        self, lines: Iterable[Any], organisation_id: Any = 1, status: int = 200, **what: Any
    ) -> list[dict[str, Any]]:
        """Send lines (objects, or raw bytes) and return the results."""
        raw = (ln if isinstance(ln, bytes) else json.dumps(ln).encode() for ln in lines)
        query = {"organisation_id": organisation_id} | what.pop("query", {})
        data = what.pop("data", None)
        answer = self.send(
            "POST",
            "/items/bulk",
            data=b"\n".join(raw) if data is None else data,
            query_string=query,
            content_type="application/x-ndjson",
            **what,
        )
        assert answer.status_code == status, answer.text
        return [json.loads(line) for line in answer.data.splitlines()] if status == 200 else []


class Callers:
    """A caller for each person of the small world, with a token from when it is first asked for."""

    def __init__(self, app: Flask, database: Database, world: World) -> None:
        self._app = app
        self._database = database
        self._world = world
        self._made: dict[int, Caller] = {}
        self.nobody_known = Caller(app, "")

    @property
    def admin(self) -> Caller:
        return self.of(self._world.admin)

    @property
    def manager(self) -> Caller:
        return self.of(self._world.configuration_manager)

    @property
    def support(self) -> Caller:
        return self.of(self._world.agent)

    @property
    def reader(self) -> Caller:
        return self.of(self._world.reader)

    @property
    def requester(self) -> Caller:
        return self.of(self._world.requester)

    @property
    def outsider(self) -> Caller:
        return self.of(self._world.outsider)

    @property
    def without_role(self) -> Caller:
        return self.of(self._world.nobody)

    def of(self, actor: Actor) -> Caller:
        person_id = actor.person_id or 0
        if person_id not in self._made:
            with self._database.writing() as session:
                self._made[person_id] = Caller(self._app, token_of(session, person_id, "rest"))
        return self._made[person_id]

    def bearing(self, key: str) -> Caller:
        """A caller with any other secret, as an agent's key."""
        return Caller(self._app, key)


def refused(answer: TestResponse, status: int, slug: str = "") -> dict[str, str]:
    """Check a problem document, and return what is wrong by field."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json()
    assert document["status"] == status
    if slug:
        assert document["type"] == f"urn:cadastre:problem:{slug}"
    return {error["field"]: error["message"] for error in document.get("errors", [])}
