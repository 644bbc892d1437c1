"""Turns over REST: by skill, presence, shift and absence, now and again when somebody comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.desk.tickets.actions.tending import groups_to_tend, tend_group
from server.foundation.database import Database
from server.people.models import WebSession
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_routing_rest import V1, group_of, ruled
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened

ALWAYS = {key: ["00:00-24:00"] for key in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
def pair(estate: Estate) -> tuple[int, int]:
    one, two = estate.world.agent.person_id, estate.world.change_manager.person_id
    assert one is not None
    assert two is not None
    return one, two


@pytest.fixture
def desk(database: Database, estate: Estate, pair: tuple[int, int]) -> int:
    return group_of(database, estate, "Desk", *pair)


def works(client: FlaskClient, desk: int, **how: Any) -> None:
    answer = client.put(f"{V1}/desk-groups/{desk}", json={"assignment": "round_robin"} | how)
    assert answer.status_code == 200, answer.json


def able(client: FlaskClient, person_id: int, **levels: int) -> None:
    answer = client.put(f"{V1}/people/{person_id}/skills", json={"levels": levels})
    assert answer.json == {"levels": levels}


def lines_of(client: FlaskClient, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    rows = document(client.get(f"{V1}/tickets/{ticket['reference']}/entries"))["rows"]
    return [one["detail"] for one in rows if one["detail"].get("event") == "chosen"]


def tend(database: Database, desk: int, now: datetime) -> int:
    with database.writing() as session:
        return tend_group(session, desk, now) if desk in groups_to_tend(session) else 0


def test_a_ticket_goes_to_who_is_able_and_waits_until_somebody_is(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    one, two = pair
    sap = {"code": "sap", "name": "SAP"}
    assert admin.post(f"{V1}/desk-skills", json=sap).status_code == 201
    works(admin, desk, assignment="skilled")
    billing = {"field": "words", "values": ["invoice"]}
    rule = ruled(admin, conditions=[billing], group_id=desk, skills={"sap": 3})
    assert rule["skills"] == {"sap": 3}
    waiting = opened(agent, title="No invoice is printed")
    assert (waiting["group_id"], waiting["assignee_id"]) == (desk, None)
    (line,) = lines_of(agent, waiting)
    assert line["passed"] == [[one, "skill", "sap"], [two, "skill", "sap"]]
    # A ticket that wants nothing of the kind does not wait behind it.
    assert opened(agent, group_id=desk)["assignee_id"] is not None
    assert tend(database, desk, datetime.now(UTC)) == 0
    able(admin, one, sap=3)
    able(admin, two, sap=4)
    assert tend(database, desk, datetime.now(UTC)) == 1
    given = document(agent.get(f"{V1}/tickets/{waiting['reference']}"))
    assert given["assignee_id"] == two
    assert opened(agent, title="Invoice again")["assignee_id"] == two
    told = document(as_(estate.world.change_manager).get(f"{V1}/notifications"))["rows"]
    assert "ticket_assigned" in [note["kind"] for note in told]


def test_whoever_says_to_be_away_gets_nothing_until_they_are_back(
    as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    works(admin, desk)
    said = agent.put(f"{V1}/session/availability", json={"state": "away"})
    assert document(said)["state"] == "away"
    assert {opened(agent, group_id=desk)["assignee_id"] for _ in range(2)} == {pair[1]}
    team = {row["person_id"]: row for row in agent.get(f"{V1}/desk-groups/{desk}/team").json or []}
    assert [team[one]["passed_over"] for one in pair] == ["away", None]
    assert [team[one]["is_next"] for one in pair] == [False, True]
    assert [team[one]["open_tickets"] for one in pair] == [0, 2]
    assert faults(agent.put(f"{V1}/session/availability", json={"state": "asleep"})) == {"state"}
    agent.put(f"{V1}/session/availability", json={"state": "available"})
    assert opened(agent, group_id=desk)["assignee_id"] == pair[0]


def test_only_who_was_seen_lately_gets_it_where_the_group_wants_presence(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    works(admin, desk, needs_presence=True)
    waiting = opened(agent, group_id=desk)
    assert waiting["assignee_id"] is None
    now = datetime.now(UTC)
    with database.writing() as session:
        session.add(
            WebSession(
                id_hash="0" * 64,
                person_id=pair[1],
                created_at=now - timedelta(days=1),
                last_seen_at=now - timedelta(minutes=29),
                expires_at=now + timedelta(days=1),
                address="",
                user_agent="",
            )
        )
    assert tend(database, desk, now) == 1
    assert document(agent.get(f"{V1}/tickets/{waiting['reference']}"))["assignee_id"] == pair[1]
    assert tend(database, desk, now + timedelta(hours=1)) == 0


def test_what_waits_gets_somebody_when_a_shift_begins_and_is_passed_on_when_it_ends(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    one, two = pair
    how = {"needs_shift": True, "pass_at_shift_end": True, "assignment": "round_robin"}
    assert faults(admin.put(f"{V1}/desk-groups/{desk}", json=how)) == {
        "needs_shift",
        "pass_at_shift_end",
    }
    now = datetime.now(UTC)
    # Week 0 of the rota is one's, week 1 the other's; this week is week 1.
    rota = {
        "name": "Weeks in turn",
        "zone": "UTC",
        "hours": ALWAYS,
        "weeks": 3,
        "since": (now - timedelta(weeks=1)).date().isoformat(),
        "members": [{"person_id": one, "weeks": [2]}, {"person_id": two, "weeks": [0]}],
    }
    made = document(admin.post(f"{V1}/desk-groups/{desk}/shifts", json=rota))
    works(admin, desk, **how)
    waiting = opened(agent, group_id=desk)
    assert waiting["assignee_id"] is None
    assert {why for _, why, _ in lines_of(agent, waiting)[0]["passed"]} == {"no_shift"}
    monday = now - timedelta(days=now.weekday(), hours=now.hour, minutes=now.minute)
    next_week, week_after = monday + timedelta(weeks=1), monday + timedelta(weeks=2)
    here = f"{V1}/tickets/{waiting['reference']}"
    assert tend(database, desk, next_week - timedelta(minutes=2)) == 0
    assert tend(database, desk, next_week + timedelta(minutes=2)) == 1
    assert document(agent.get(here))["assignee_id"] == one
    assert tend(database, desk, week_after - timedelta(minutes=2)) == 0
    assert tend(database, desk, week_after + timedelta(minutes=2)) == 1
    assert document(agent.get(here))["assignee_id"] == two
    team = {row["person_id"]: row for row in agent.get(f"{V1}/desk-groups/{desk}/team").json or []}
    assert team[one]["shift_begins_at"] is not None
    rota["members"] = [{"person_id": 999_999}]
    assert faults(admin.put(f"{V1}/desk-shifts/{made['id']}", json=rota)) == {"members.0.person_id"}
    assert admin.delete(f"{V1}/desk-shifts/{made['id']}").status_code == 204
    assert agent.get(f"{V1}/desk-groups/{desk}/shifts").json == []


def test_a_skill_that_is_wanted_is_not_taken_away(
    as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    skills = f"{V1}/desk-skills"
    admin.post(skills, json={"code": "sap", "name": "SAP"})
    assert faults(admin.post(skills, json={"code": "other", "name": "sap"})) == {"name"}
    assert faults(admin.post(skills, json={"code": "sap", "name": "x"})) == {"code"}
    assert faults(admin.post(skills, json={"code": "No code", "name": "x"})) == {"code"}
    assert document(admin.put(f"{skills}/sap", json={"name": "SAP R/3"}))["name"] == "SAP R/3"
    assert agent.get(skills).json == [{"code": "sap", "name": "SAP R/3"}]
    able(admin, pair[0], sap=2)
    works(admin, desk, skills={"sap": 2})
    assert admin.delete(f"{V1}/desk-skills/sap").status_code == 409
    assert faults(admin.put(f"{V1}/desk-groups/{desk}", json={"skills": {"x": 1}})) == {"skills"}
    works(admin, desk)
    assert admin.delete(f"{V1}/desk-skills/sap").status_code == 204
    assert agent.get(f"{V1}/people/{pair[0]}/skills").json == {"levels": {}}
    assert agent.post(skills, json={"code": "sap", "name": "SAP"}).status_code == 403
