"""The time that lines, groups and suppliers may have a ticket: kept, told once, explained."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.actions.agreeing import change_agreements
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_document
from server.desk.tickets.actions import EntryDraft, MoveDraft, add_entry, assign, move_ticket
from server.desk.tickets.actions.escalating import HandoverDraft, accept_handover, escalate
from server.desk.tickets.models import Ticket
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.notify.models import Notification
from server.notify.rules.texts import Told, line_of
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_clocks import clocks as requester_clocks
from tests.server.desk.tickets.test_clocks import opened, swept
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults

LEVELS = f"{V1}/service-levels"


#: Each change of what is agreed has a moment of its own, long before anything happens.
_MOMENTS = (NOW - timedelta(days=30) + timedelta(seconds=one) for one in count())


def wanted(session: Session, *targets: dict[str, Any]) -> dict[str, Any]:
    """Return the section in which targets of an hour stand before those in force."""
    hour = {"measure": "resolve", "minutes": 60, "calendar": "always"}
    return {"targets": [*(hour | one for one in targets), *agreements_document(session)["targets"]]}


def agreed(
    database: Database, estate: Estate, *targets: dict[str, Any], at: datetime | None = None
) -> None:
    """Put targets of an hour before those in force, as agreed before anything happened."""
    with database.writing() as session:
        sections = wanted(session, *targets)
        change_agreements(session, estate.world.admin, sections, at or next(_MOMENTS))


def supplied(admin: Any, estate: Estate) -> tuple[int, int]:
    """Write down a contract with a supplier; return its number and the supplier's."""
    body = {
        "reference": "CTR-7",
        "name": "Storage support",
        "supplier": "Acme",
        "kind": "support",
        "organisation_id": estate.world.root.id,
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
    }
    contract = document(admin.post(f"{V1}/contracts", json=body))
    return contract["id"], contract["supplier_id"]


def held(database: Database, ticket_id: int) -> dict[str, SlaClock]:
    with database.reading() as session:
        query = select(SlaClock).where(SlaClock.ticket_id == ticket_id, SlaClock.holder != "")
        return {row.holder: row for row in session.scalars(query)}


def heard(database: Database, actor: Actor, kind: str) -> list[str]:
    with database.reading() as session:
        query = select(Notification).where(
            Notification.person_id == actor.person_id, Notification.kind == kind
        )
        rows = session.scalars(query.order_by(Notification.id))
        return [line_of(Told(one.kind, one.detail, one.path), "en") for one in rows]


def strip(client: FlaskClient, ticket_id: int) -> list[dict[str, Any]]:
    """Return the clocks of a ticket as somebody reads them."""
    found: list[dict[str, Any]] = client.get(f"{V1}/tickets/{ticket_id}/clocks").get_json()
    return found


def handed(database: Database, estate: Estate, ticket_id: int, minutes: int, **more: Any) -> None:
    """Hand a ticket over after so many minutes, by the agent."""
    with database.writing() as session:
        draft = HandoverDraft(asked="Please look", **more)
        escalate(session, estate.world.agent, ticket_id, draft, NOW + timedelta(minutes=minutes))


@pytest.fixture
def admin(as_: As, estate: Estate) -> FlaskClient:
    """Return the administrator's client."""
    return as_(estate.world.admin)


@pytest.fixture
def second(database: Database, admin: FlaskClient, estate: Estate) -> int:
    """Return a group of the second line, in which the change manager is."""
    group = group_of(database, estate, "Storage", estate.world.change_manager.person_id or 0)
    assert admin.put(f"{V1}/desk-groups/{group}", json={"line": "2"}).status_code == 200
    return group


def test_a_lines_clock_runs_while_it_has_the_ticket_and_goes_on_when_it_comes_back(
    database: Database, as_: As, admin: FlaskClient, estate: Estate, second: int
) -> None:
    agreed(database, estate, {"whose": "group", "lines": ["2"]})
    ticket_id, agent = opened(database, estate), estate.world.agent
    assert held(database, ticket_id) == {}
    handed(database, estate, ticket_id, 30, group_id=second)
    row = held(database, ticket_id)["line:2"]
    assert (row.started_at, row.due_at) == (
        NOW + timedelta(minutes=30),
        NOW + timedelta(minutes=90),
    )
    with database.writing() as session:
        back = NOW + timedelta(minutes=50)
        assign(session, agent, ticket_id, agent.person_id, estate.world.support.id, back)
    assert held(database, ticket_id)["line:2"].due_at is None
    (shown,) = (one for one in strip(as_(agent), ticket_id) if one["holder"] == "line:2")
    assert (shown["whose"], shown["holder_name"], shown["away"]) == ("group", "2", True)
    with database.writing() as session:
        again = NOW + timedelta(minutes=100)
        assign(session, agent, ticket_id, None, second, again)
    row = held(database, ticket_id)["line:2"]
    assert row.due_at == NOW + timedelta(minutes=140)
    # What was promised to the requester goes its own way, and queues go by it alone.
    assert requester_clocks(database, ticket_id)["resolve"].breached_at is None
    while swept(database, NOW + timedelta(minutes=141)):
        pass
    assert held(database, ticket_id)["line:2"].breached_at == NOW + timedelta(minutes=140)
    with database.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.due_at == NOW + timedelta(minutes=15)
    with database.writing() as session:
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, agent, ticket_id, done, NOW + timedelta(minutes=150))
    row = held(database, ticket_id)["line:2"]
    assert (row.stopped_at, row.next_at) == (NOW + timedelta(minutes=150), None)


def test_a_groups_breach_is_told_to_it_once_and_asks_for_its_own_reason(
    database: Database, as_: As, admin: FlaskClient, estate: Estate, second: int
) -> None:
    agent = as_(estate.world.agent)
    agreed(database, estate, {"whose": "group", "groups": [second]})
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 10, group_id=second)
    with database.writing() as session:
        manager = estate.world.change_manager
        accept_handover(session, manager, ticket_id, NOW + timedelta(minutes=12))
    for minutes in (41, 41, 75, 75, 200):
        while swept(database, NOW + timedelta(minutes=minutes)):
            pass
    assert heard(database, manager, "group_clock_reached") == [
        "INC-1: 50 % of the time of Storage is used",
        "INC-1: 100 % of the time of Storage is used",
    ]
    reason = f"{V1}/tickets/{ticket_id}/clocks/resolve/reason"
    assert agent.put(reason, json={"reason": "No disk"}).status_code == 409
    body = {"reason": "No disk", "holder": f"group:{second}"}
    assert agent.put(reason, json=body).status_code == 204
    assert agent.put(reason, json=body | {"holder": "group:99"}).status_code == 404
    rows = {one["holder"]: one for one in strip(agent, ticket_id)}
    assert rows[f"group:{second}"]["reason"] == "No disk"
    assert rows[f"group:{second}"]["holder_name"] == "Storage"
    # What is agreed inside is nothing to the requester.
    shown = strip(as_(estate.world.requester), ticket_id)
    assert {one["whose"] for one in shown} == {"requester", "group"}
    assert {one["holder"] for one in shown} == {""}
    entries = document(agent.get(f"{V1}/tickets/{ticket_id}/entries?limit=200"))["rows"]
    told = [one["detail"] for one in entries if one["detail"].get("holder")]
    assert [(one["percent"], one["holder_name"]) for one in told] == [
        (50, "Storage"),
        (100, "Storage"),
    ]


def test_a_suppliers_clock_runs_from_its_number_and_whoever_handed_it_over_hears(
    database: Database, as_: As, admin: FlaskClient, estate: Estate
) -> None:
    agent = estate.world.agent
    acme = group_of(database, estate, "Acme hotline")
    admin.put(f"{V1}/desk-groups/{acme}", json={"line": "supplier"})
    contract, supplier = supplied(admin, estate)
    target = {"whose": "supplier", "groups": [acme], "contract": contract, "supplier": supplier}
    agreed(database, estate, target)
    ticket_id = opened(database, estate)
    with database.writing() as session:
        assign(session, agent, ticket_id, None, acme, NOW + timedelta(minutes=5))
    # Given away without a number: nobody can hold the supplier to anything.
    assert held(database, ticket_id) == {}
    with database.writing() as session:
        me, support = agent.person_id, estate.world.support.id
        assign(session, agent, ticket_id, me, support, NOW + timedelta(minutes=8))
    handed(database, estate, ticket_id, 10, group_id=acme, supplier_reference="A-77")
    with database.writing() as session:
        wait = MoveDraft("waiting", "Acme looks")
        move_ticket(session, agent, ticket_id, wait, NOW + timedelta(minutes=20))
    row = held(database, ticket_id)[f"contract:{contract}"]
    assert row.due_at == NOW + timedelta(minutes=70)
    assert requester_clocks(database, ticket_id)["resolve"].due_at is None
    for _ in range(2):
        while swept(database, NOW + timedelta(minutes=71)):
            pass
    assert heard(database, agent, "supplier_clock_reached") == [
        "INC-1: the supplier has used 100 % of its time (Acme · CTR-7)"
    ]
    rows = {one["holder"]: one for one in strip(as_(agent), ticket_id)}
    shown = rows[f"contract:{contract}"]
    assert (shown["whose"], shown["holder_name"]) == ("supplier", "Acme · CTR-7")


def test_a_promise_that_begins_anew_is_told_anew_when_it_is_missed_again(
    database: Database, as_: As, admin: FlaskClient, estate: Estate
) -> None:
    agent = estate.world.agent
    agreed(database, estate, {"measure": "update"})
    ticket_id = opened(database, estate)
    with database.writing() as session:
        assign(session, agent, ticket_id, agent.person_id, None, NOW)
    for minutes in (0, 100):
        with database.writing() as session:
            at = NOW + timedelta(minutes=minutes)
            add_entry(session, agent, ticket_id, EntryDraft("We look"), at)
        while swept(database, NOW + timedelta(minutes=minutes + 61)):
            pass
    with database.reading() as session:
        query = select(Notification.detail).where(
            Notification.person_id == agent.person_id, Notification.kind == "clock_reached"
        )
        told = [row for row in session.scalars(query) if row["measure"] == "update"]
    assert [row["percent"] for row in told] == [100, 100]


def test_targets_name_what_is_there(database: Database, admin: FlaskClient, estate: Estate) -> None:
    contract, supplier = supplied(admin, estate)
    other = document(
        admin.post(
            f"{V1}/suppliers", json={"name": "Other", "organisation_id": estate.world.root.id}
        )
    )["id"]
    with database.reading() as session:
        sections = wanted(
            session,
            {"whose": "group", "groups": [999]},
            {"whose": "supplier", "supplier": 998},
            {"whose": "supplier", "contract": 997},
            {"whose": "supplier", "contract": contract, "supplier": other},
            {"whose": "supplier", "contract": contract, "supplier": supplier},
        )
    wrong = admin.patch(LEVELS, json={"sections": sections})
    assert faults(wrong) == {
        "targets.0.groups",
        "targets.1.supplier",
        "targets.2.contract",
        "targets.3.contract",
    }


def test_history_tells_what_groups_needed(
    database: Database, as_: As, admin: FlaskClient, estate: Estate, second: int
) -> None:
    agent = estate.world.agent
    agreed(database, estate, {"whose": "group", "lines": ["2"]})
    for minutes in (20, 40):
        ticket_id = opened(database, estate)
        handed(database, estate, ticket_id, 30, group_id=second)
        with database.writing() as session:
            done = MoveDraft("resolved", "", "fixed", "A disk was changed")
            at = NOW + timedelta(minutes=30 + minutes)
            move_ticket(session, agent, ticket_id, done, at)
    found = document(as_(agent).get(f"{LEVELS}/achievable?days=3650"))["rows"]
    rows = {(one["service_id"], one["measure"], one["holder"]): one for one in found}
    inside = rows[estate.orders, "resolve", "line:2"]
    assert (inside["whose"], inside["holder_name"], inside["cases"]) == ("group", "2", 2)
    assert (inside["half_within"], inside["target_minutes"], inside["kept_percent"]) == (
        20,
        60,
        100,
    )
    asked = rows[estate.orders, "resolve", ""]
    assert (asked["whose"], asked["half_within"]) == ("requester", 50)
