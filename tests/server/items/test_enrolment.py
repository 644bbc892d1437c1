"""Agents enrol with a token, get a key of their own, and lose it when it is revoked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.models import Agent, EnrolmentToken
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World

AGENT_ID = "5f0c1f7e-9f0b-4a53-9d55-0f6f0b6a1c11"
OTHER_ID = "5f0c1f7e-9f0b-4a53-9d55-0f6f0b6a1c12"


def token(caller: Caller, **more: Any) -> str:
    body = {"name": "Branch office", "organisation_id": 1} | more
    secret: str = caller.post("/enrolment-tokens", body)["token"]
    return secret


def enrol(callers: Callers, secret: str, agent_id: str = AGENT_ID, **more: Any) -> Any:
    body = {"token": secret, "agent_id": agent_id, "hostname": "web-1", "version": "0.1.0"} | more
    return callers.nobody_known.send("POST", "/agents/enrol", json=body)


def report(agent_id: str = AGENT_ID, sequence: int = 1) -> dict[str, Any]:
    return {
        "format": "cadastre-report/1",
        "agent": {"id": agent_id, "version": "0.1.0"},
        "sequence": sequence,
        "boot_id": "boot-1",
        "collected_at": utc_now().isoformat(),
        "digests": {"identity": "b1946ac92492"},
        "sections": {"identity": {"hostname": "web-1", "macs": []}},
        "readings": {},
        "problems": {},
    }


def test_an_agent_enrols_and_reports_with_its_key(callers: Callers, database: Database) -> None:
    secret = token(callers.admin)
    answer = enrol(callers, secret)
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["agent_id"] == AGENT_ID
    assert body["key"].startswith("cak_")
    taken = callers.bearing(body["key"]).send("POST", "/reports", json=report())
    assert taken.status_code == 202
    with database.reading() as session:
        (agent,) = session.scalars(select(Agent))
        (stored,) = session.scalars(select(EnrolmentToken))
    assert (agent.hostname, agent.version, agent.organisation_id) == ("web-1", "0.1.0", 1)
    # Neither secret can be read from the database.
    assert secret.encode() not in stored.token_hash
    assert body["key"].encode() not in agent.key_hash


def test_a_token_enrols_as_many_agents_as_it_was_made_for(callers: Callers) -> None:
    once = token(callers.admin)
    assert enrol(callers, once).status_code == 201
    refused(enrol(callers, once, OTHER_ID), 401, "sign-in-refused")
    twice = token(callers.admin, uses=2, name="two")
    assert enrol(callers, twice).status_code == 201
    assert enrol(callers, twice, OTHER_ID).status_code == 201
    refused(enrol(callers, twice), 401)
    ever = token(callers.admin, uses=None, valid_hours=None, name="any")
    for number in range(5):
        assert enrol(callers, ever, f"agent-number-{number}").status_code == 201


def test_a_token_dies_with_its_time(callers: Callers) -> None:
    secret = token(callers.admin, valid_hours=2)
    with time_machine.travel(utc_now() + timedelta(hours=3)):
        refused(enrol(callers, secret), 401, "sign-in-refused")


def test_a_revoked_token_lets_nobody_in(callers: Callers, database: Database) -> None:
    secret = token(callers.admin)
    with database.reading() as session:
        token_id = session.scalars(select(EnrolmentToken.id)).one()
    for _ in range(2):
        assert callers.admin.send("DELETE", f"/enrolment-tokens/{token_id}").status_code == 204
    refused(enrol(callers, secret), 401)


def test_why_a_token_is_refused_is_never_said(callers: Callers) -> None:
    used = token(callers.admin)
    enrol(callers, used)
    details = {
        enrol(callers, secret).get_json()["detail"]
        for secret in (used, "cet_" + "x" * 43, "nothing!")
    }
    assert len(details) == 1


def test_an_agent_that_enrols_again_gets_a_new_key_and_loses_the_old_one(
    callers: Callers,
) -> None:
    first = enrol(callers, token(callers.admin)).get_json()["key"]
    callers.bearing(first).send("POST", "/reports", json=report(sequence=40))
    second = enrol(callers, token(callers.admin, name="again")).get_json()["key"]
    refused(callers.bearing(first).send("POST", "/reports", json=report(sequence=41)), 401)
    # It may have lost its memory with its key, and counts from the beginning.
    taken = callers.bearing(second).send("POST", "/reports", json=report(sequence=0))
    assert taken.status_code == 202
    assert len(callers.admin.get("/agents")["rows"]) == 1


def test_a_revoked_agent_is_refused_until_it_enrols_again(callers: Callers) -> None:
    key = enrol(callers, token(callers.admin)).get_json()["key"]
    (agent,) = callers.admin.get("/agents")["rows"]
    assert callers.admin.send("DELETE", f"/agents/{agent['id']}").status_code == 204
    refused(callers.bearing(key).send("POST", "/reports", json=report()), 401)
    assert callers.admin.get("/agents")["rows"][0]["revoked_at"] is not None
    again = enrol(callers, token(callers.admin, name="again")).get_json()["key"]
    assert callers.bearing(again).send("POST", "/reports", json=report()).status_code == 202


def test_another_organisations_agent_is_not_taken_over_by_knowing_its_id(
    callers: Callers, world: World
) -> None:
    key = enrol(callers, token(callers.admin)).get_json()["key"]
    theirs = token(callers.admin, organisation_id=world.sales.id, name="sales")
    refused(enrol(callers, theirs), 401, "sign-in-refused")
    assert callers.bearing(key).send("POST", "/reports", json=report()).status_code == 202


def test_agents_are_paged_and_never_show_a_secret(callers: Callers) -> None:
    ever = token(callers.admin, uses=None)
    for number in range(5):
        enrol(callers, ever, f"agent-number-{number}")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = callers.admin.get("/agents", limit=2, cursor=cursor)
        found += [row["agent_id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        assert all("key" not in row for row in page["rows"])
    assert sorted(found) == [f"agent-number-{number}" for number in range(5)]


def test_agents_are_found_by_a_part_of_their_host_s_name(callers: Callers) -> None:
    ever = token(callers.admin, uses=None)
    for name in ("web-01", "WEB-02", "db_1"):
        enrol(callers, ever, f"agent-of-{name}", hostname=name)

    def found(words: str) -> list[str]:
        page = callers.admin.get("/agents", q=words, sort="hostname")
        return [row["hostname"] for row in page["rows"]]

    assert sorted(found("web")) == ["WEB-02", "web-01"]
    assert found("_") == ["db_1"]
    assert found("nothing") == []
    assert "q" in refused(callers.admin.send("GET", "/agents", query_string={"q": "x" * 201}), 422)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"organisation_id": 4711}, {"organisation_id"}),
        ({"uses": 0}, {"uses"}),
        ({"uses": 2**40}, {"uses"}),
        ({"valid_hours": 0}, {"valid_hours"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_every_wrong_field_of_a_token_is_named(
    callers: Callers, change: dict[str, Any], fields: set[str]
) -> None:
    body = {"name": "Branch", "organisation_id": 1} | change
    answer = callers.admin.send("POST", "/enrolment-tokens", json=body)
    assert refused(answer, 422).keys() == fields


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"agent_id": "short"}, {"agent_id"}),
        ({"agent_id": "x" * 65}, {"agent_id"}),
        ({"agent_id": "agent\0number"}, {"agent_id"}),
        ({"token": ""}, {"token"}),
        ({"hostname": "x" * 256}, {"hostname"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_every_wrong_field_of_an_introduction_is_named(
    callers: Callers, change: dict[str, Any], fields: set[str]
) -> None:
    answer = enrol(callers, token(callers.admin), **change)
    assert refused(answer, 422).keys() == fields


def test_only_who_administers_agents_makes_tokens(callers: Callers, world: World) -> None:
    body = {"name": "Branch", "organisation_id": 1}
    for caller in (callers.manager, callers.support, callers.without_role):
        refused(caller.send("POST", "/enrolment-tokens", json=body), 403)
        refused(caller.send("GET", "/agents"), 403)
        refused(caller.send("DELETE", "/agents/1"), 403)
        refused(caller.send("DELETE", "/enrolment-tokens/1"), 403)
    for path in ("/agents/4711", "/enrolment-tokens/4711"):
        refused(callers.admin.send("DELETE", path), 404)
