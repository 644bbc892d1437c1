"""Who is on call, over REST: of a group at a moment, of a ticket, of an item; and its turns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from cmdb.records.items import ItemParty
from cmdb.records.parties import Membership, Person
from cmdb.vocabulary import PartyRole
from server.desk.routing.models import OnCallStandIn, OnCallTurn
from server.desk.tickets.queries.on_call import on_call_of_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened
from tests.server.desk.tickets.test_turns_rest import ALWAYS
from tests.support.people import make_group

DUTY = {"zone": "Europe/Madrid", "since": "2026-03-23", "hands_over_at": "08:00"}


@pytest.fixture
def pair(estate: Estate) -> tuple[int, int]:
    one, two = estate.world.agent.person_id, estate.world.change_manager.person_id
    assert one is not None
    assert two is not None
    return one, two


@pytest.fixture
def desk(database: Database, estate: Estate, pair: tuple[int, int]) -> int:
    return group_of(database, estate, "Desk", *pair)


def turns(admin: FlaskClient, group_id: int, *people: int, **how: Any) -> dict[str, Any]:
    body = DUTY | {"people": list(people)} | how
    answer = admin.put(f"{V1}/desk-groups/{group_id}/on-call-duty", json=body)
    assert answer.status_code == 200, answer.json
    return document(answer)


def on_call(client: FlaskClient, group_id: int, at: str = "") -> list[dict[str, Any]]:
    query = {"at": at} if at else {}
    answer = document(client.get(f"{V1}/groups/{group_id}/on-call", query_string=query))
    assert answer["group_id"] == group_id
    people: list[dict[str, Any]] = answer["people"]
    return people


def test_a_group_says_who_is_on_call_at_a_moment_and_until_when(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    one, two = pair
    with database.writing() as session:
        session.get_one(Person, two).phone = "+47 555 01 02"
    assert agent.get(f"{V1}/desk-groups/{desk}/on-call-duty").status_code == 404
    assert on_call(agent, desk) == []
    said = turns(admin, desk, one, two)
    assert said == DUTY | {"group_id": desk, "days": 7, "people": [one, two]}
    assert document(agent.get(f"{V1}/desk-groups/{desk}/on-call-duty")) == said
    # The clocks go forward on the 29th: eight in the morning is an hour earlier in UTC.
    (told,) = on_call(agent, desk, "2026-03-30T05:59:59Z")
    assert (told["person_id"], told["until"]) == (one, "2026-03-30T06:00:00+00:00")
    assert on_call(agent, desk, "2026-03-30T06:00:00Z") == [
        {
            "person_id": two,
            "name": "Chloe Changes",
            "phone": "+47 555 01 02",
            "email": "chloe@example.test",
            "reason": "turn",
            "until": "2026-04-06T06:00:00+00:00",
            "absent_until": None,
        }
    ]
    day = {"person_id": one, "first_day": "2999-01-05", "last_day": "2999-01-05"}
    there = f"{V1}/desk-groups/{desk}/stand-ins"
    row = document(admin.post(there, json=day | {"note": " A birthday "}))
    assert row == day | {"id": row["id"], "group_id": desk, "note": "A birthday"}
    assert faults(admin.post(there, json=day)) == {"first_day"}
    assert agent.get(there).json == [row]
    assert admin.delete(f"{V1}/desk-stand-ins/{row['id']}").status_code == 204
    assert admin.delete(f"{V1}/desk-stand-ins/{row['id']}").status_code == 404
    assert agent.get(there).json == []


def test_whoever_stands_in_is_told_and_who_is_away_all_the_same(
    as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    one, two = pair
    turns(admin, desk, one, since="2026-01-05", zone="UTC", hands_over_at="00:00")
    now = utc_now()
    today = now.date().isoformat()
    day = {"person_id": two, "first_day": today, "last_day": today}
    assert admin.post(f"{V1}/desk-groups/{desk}/stand-ins", json=day).status_code == 201
    away = {"starts_at": (now - timedelta(hours=1)).isoformat(), "person_id": two}
    away["ends_at"] = (now + timedelta(days=2)).isoformat()
    assert admin.post(f"{V1}/absences", json=away).status_code == 201
    (told,) = on_call(agent, desk)
    assert (told["person_id"], told["reason"]) == (two, "stand_in")
    assert told["until"] == f"{now.date() + timedelta(days=1)}T00:00:00+00:00"
    assert datetime.fromisoformat(told["absent_until"]) > now


def test_a_shift_that_is_marked_counts_and_an_old_one_does_not(
    as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    members = [{"person_id": pair[0]}]
    shift = {"name": "All day", "zone": "UTC", "hours": ALWAYS, "members": members}
    row = document(admin.post(f"{V1}/desk-groups/{desk}/shifts", json=shift))
    assert (row["on_call"], on_call(agent, desk)) == (False, [])
    here = f"{V1}/desk-shifts/{row['id']}"
    assert document(admin.put(here, json=shift | {"on_call": True}))["on_call"] is True
    (told,) = on_call(agent, desk)
    assert (told["person_id"], told["reason"], told["until"]) == (pair[0], "shift", None)


def test_a_ticket_and_an_item_tell_who_is_on_call_of_those_who_see_to_them(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin, agent, rita = (
        as_(one) for one in (estate.world.admin, estate.world.agent, estate.world.requester)
    )
    owners = group_of(database, estate, "Owners", pair[0])
    support = group_of(database, estate, "App support", pair[1])
    with database.writing() as session:
        for group_id, role in ((owners, PartyRole.OWNER), (support, PartyRole.SUPPORT)):
            party = ItemParty(item_id=estate.app, role=role.value, group_id=group_id)
            party.source = "person"
            session.add(party)
    for group_id, person_id in ((desk, pair[0]), (owners, pair[0]), (support, pair[1])):
        turns(admin, group_id, person_id, since="2026-01-05")
    ticket = opened(agent, group_id=desk, affected_item_ids=[estate.app])["reference"]
    told = agent.get(f"{V1}/tickets/{ticket}/on-call").json
    # Who supports an item comes before who owns it.
    assert [(one["group_name"], one["people"][0]["person_id"]) for one in told or []] == [
        ("Desk", pair[0]),
        ("App support", pair[1]),
    ]
    there = agent.get(f"{V1}/items/{estate.app}/on-call").json
    assert [one["group_id"] for one in there or []] == [support]
    assert agent.get(f"{V1}/items/{estate.laptop}/on-call").json == []
    hers = opened(rita)["reference"]
    assert rita.get(f"{V1}/tickets/{hers}/on-call").status_code == 403
    assert rita.get(f"{V1}/items/{estate.laptop}/on-call").status_code == 403
    with database.reading() as session:
        statements: list[str] = []
        engine = session.get_bind()

        def listen(*seen: Any) -> None:
            if seen[2] != "BEGIN":
                statements.append(seen[2])

        event.listen(engine, "before_cursor_execute", listen)
        found = on_call_of_ticket(session, estate.world.agent, ticket, utc_now())
        event.remove(engine, "before_cursor_execute", listen)
    assert len(found) == 2
    assert len(statements) <= 5, "\n\n".join(statements)


def test_who_is_out_of_sight_has_no_name_and_no_telephone(
    database: Database, as_: As, estate: Estate
) -> None:
    world, member = estate.world, estate.world.agent.person_id
    assert member is not None
    with database.writing() as session:
        far = make_group(session, world.sales, "Far").id
        session.add(Membership(person_id=member, group_id=far))
    turns(as_(world.admin), far, member, since="2026-01-05")
    outsider = as_(world.outsider)
    (told,) = on_call(outsider, far)
    assert told["person_id"] == member
    assert (told["name"], told["phone"], told["email"]) == ("", "", "")
    assert on_call(as_(world.agent), far)[0]["name"] == "Sam Support"
    assert outsider.get(f"{V1}/groups/{world.support.id}/on-call").status_code == 404
    assert as_(world.nobody).get(f"{V1}/groups/{far}/on-call").status_code == 403


def test_turns_name_what_is_wrong_with_them(
    as_: As, estate: Estate, desk: int, pair: tuple[int, int], database: Database
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    here = f"{V1}/desk-groups/{desk}/on-call-duty"
    stranger = estate.world.requester.person_id
    wrong = {"zone": "Mars/Base", "people": [pair[0], stranger], "hands_over_at": "25:00"}
    assert faults(admin.put(here, json=DUTY | wrong)) == {"zone", "people.1", "hands_over_at"}
    assert faults(admin.put(here, json=DUTY | {"days": 0})) == {"days"}
    assert agent.put(here, json=DUTY).status_code == 403
    assert admin.put(f"{V1}/desk-groups/999999/on-call-duty", json=DUTY).status_code == 404
    there, day = f"{V1}/desk-groups/{desk}/stand-ins", {"person_id": pair[0]}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    good = day | {"first_day": tomorrow, "last_day": tomorrow}
    assert admin.post(there, json=good).status_code == 404
    turns(admin, desk, *pair)
    assert faults(admin.post(there, json=good | {"person_id": stranger})) == {"person_id"}
    assert faults(admin.post(there, json=good | {"last_day": "2026-01-01"})) == {"last_day"}
    past = day | {"first_day": "2026-01-01", "last_day": "2026-01-02"}
    assert faults(admin.post(there, json=past)) == {"last_day"}
    assert faults(agent.get(f"{V1}/groups/{desk}/on-call?at=0001-01-01T00:00:00Z")) == {"at"}
    assert faults(agent.get(f"{V1}/groups/{desk}/on-call?at=noon")) == {"at"}
    assert admin.post(there, json=good).status_code == 201
    assert admin.delete(here).status_code == 204
    assert admin.delete(here).status_code == 404
    with database.reading() as session:
        assert session.scalars(select(OnCallTurn)).all() == []
        assert session.scalars(select(OnCallStandIn)).all() == []


def test_who_leaves_the_group_gives_their_turn_to_the_next(
    database: Database, as_: As, estate: Estate, desk: int, pair: tuple[int, int]
) -> None:
    admin = as_(estate.world.admin)
    turns(admin, desk, *pair)
    assert on_call(admin, desk, "2026-03-24T12:00:00Z")[0]["person_id"] == pair[0]
    with database.writing() as session:
        session.delete(session.get_one(Membership, (pair[0], desk)))
    assert on_call(admin, desk, "2026-03-24T12:00:00Z")[0]["person_id"] == pair[1]
