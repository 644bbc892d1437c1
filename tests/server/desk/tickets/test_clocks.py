"""Promises about tickets: kept with what happens, told once, reckoned anew."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server.desk.sla.models import SlaClock
from server.desk.tickets.actions import EntryDraft, MoveDraft, TicketDraft, add_entry, move_ticket
from server.desk.tickets.actions import open_ticket as open_one
from server.desk.tickets.actions.clocks import reckon_clocks, sweep_clocks
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.database import Database
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, faults

V1 = "/api/v1"


def opened(database: Database, estate: Estate, at: datetime = NOW) -> int:
    """Open a P1 incident of the requester: to be answered in 15 minutes, solved in 4 hours."""
    draft = TicketDraft(
        "Orders fail",
        urgency="critical",
        affected_item_ids=(estate.db,),
        requester_id=estate.world.requester.person_id,
    )
    with database.writing() as session:
        ticket = open_one(session, estate.world.agent, draft, at)
        assert ticket.priority == 1
        return ticket.id


def clocks(database: Database, ticket_id: int) -> dict[str, SlaClock]:
    with database.reading() as session:
        query = select(SlaClock).where(SlaClock.ticket_id == ticket_id, SlaClock.holder == "")
        rows = session.scalars(query)
        return {row.measure: row for row in rows}


def told(database: Database, ticket_id: int) -> list[tuple[str, int]]:
    with database.reading() as session:
        query = select(TicketEntry.detail).where(TicketEntry.ticket_id == ticket_id)
        rows = session.scalars(query.order_by(TicketEntry.id))
        return [(row["measure"], row["percent"]) for row in rows if row.get("event") == "clock"]


def swept(database: Database, at: datetime) -> int:
    with database.writing() as session:
        return sweep_clocks(session, at)


def test_an_answer_keeps_one_promise_and_waiting_stops_the_other(
    database: Database, estate: Estate
) -> None:
    ticket_id = opened(database, estate)
    agent = estate.world.agent
    assert clocks(database, ticket_id)["resolve"].due_at == NOW + timedelta(hours=4)
    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("We look"), NOW + timedelta(minutes=5))
    with database.writing() as session:
        wait = MoveDraft("waiting", "Which orders?")
        move_ticket(session, agent, ticket_id, wait, NOW + timedelta(hours=1))
    found = clocks(database, ticket_id)
    assert found["respond"].stopped_at == NOW + timedelta(minutes=5)
    assert (found["resolve"].due_at, found["resolve"].breached_at) == (None, None)
    with database.writing() as session:
        answer = EntryDraft("All of them")
        add_entry(session, estate.world.requester, ticket_id, answer, NOW + timedelta(hours=3))
    assert clocks(database, ticket_id)["resolve"].due_at == NOW + timedelta(hours=6)
    assert swept(database, NOW + timedelta(minutes=20)) == 0


def test_each_level_is_told_once_whoever_sweeps_and_a_breach_asks_for_its_reason(
    database: Database, estate: Estate, as_: Any
) -> None:
    ticket_id = opened(database, estate)
    assert swept(database, NOW + timedelta(minutes=8)) == 1
    assert told(database, ticket_id) == [("respond", 50)]
    assert swept(database, NOW + timedelta(minutes=8)) == 0
    for hours in (2, 3, 3.6, 5, 5, 9):
        while swept(database, NOW + timedelta(hours=hours)):
            pass
    assert sorted(told(database, ticket_id)) == [
        ("resolve", 50),
        ("resolve", 75),
        ("resolve", 90),
        ("resolve", 100),
        ("respond", 50),
        ("respond", 100),
    ]
    agent = as_(estate.world.agent)
    reason = f"{API}/{ticket_id}/clocks/resolve/reason"
    assert faults(agent.put(reason, json={"reason": " "})) == {"reason"}
    assert agent.put(reason, json={"reason": "No spare disk"}).status_code == 204
    rows = {row["measure"]: row for row in agent.get(f"{API}/{ticket_id}/clocks").json}
    assert rows["resolve"]["reason"] == "No spare disk"
    assert rows["resolve"]["left_minutes"] == 0
    assert document(agent.get(f"{API}/{ticket_id}"))["is_breached"] is True


def test_what_is_promised_is_data_and_open_clocks_follow_it(
    database: Database, estate: Estate, as_: Any
) -> None:
    ticket_id = opened(database, estate)
    admin = as_(estate.world.admin)
    sections = document(admin.get(f"{V1}/service-levels"))["sections"]
    hours = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    madrid = {"labels": {"en": "Madrid"}, "zone": "Europe/Madrid", "hours": hours}
    target = {"measure": "resolve", "tier": 0, "minutes": 600, "calendar": "madrid"}
    change = {
        "calendars": sections["calendars"] | {"madrid": madrid},
        "targets": [target, *sections["targets"]],
    }
    path = f"{V1}/service-levels"
    assert as_(estate.world.agent).patch(path, json={"sections": change}).status_code == 403
    lost = {"sections": {"targets": [target]}}
    assert faults(admin.patch(path, json=lost)) == {"targets.0.calendar"}
    assert admin.patch(path, json={"sections": change}).status_code == 200
    with database.writing() as session:
        assert reckon_clocks(session, 0, NOW) == ticket_id
    # Ten in the morning in Madrid, ten working hours: the next day at noon there.
    assert clocks(database, ticket_id)["resolve"].due_at == NOW + timedelta(hours=26)
    with database.reading() as session:
        due_at = session.get_one(Ticket, ticket_id).due_at
    assert due_at == NOW + timedelta(minutes=15)


def test_each_word_to_the_requester_begins_the_time_until_the_next_one_anew(
    database: Database, estate: Estate, as_: Any
) -> None:
    admin, agent = as_(estate.world.admin), estate.world.agent
    sections = document(admin.get(f"{V1}/service-levels"))["sections"]
    hourly = {"measure": "update", "priorities": [1], "minutes": 60, "calendar": "always"}
    change = {"sections": {"targets": [*sections["targets"], hourly]}}
    assert admin.patch(f"{V1}/service-levels", json=change).status_code == 200
    ticket_id = opened(database, estate)
    assert clocks(database, ticket_id)["update"].due_at == NOW + timedelta(minutes=60)
    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("We look"), NOW + timedelta(minutes=30))
    assert clocks(database, ticket_id)["update"].due_at == NOW + timedelta(minutes=90)
    for _ in range(3):
        swept(database, NOW + timedelta(minutes=91))
    assert ("update", 100) in told(database, ticket_id)
    assert clocks(database, ticket_id)["update"].breached_at == NOW + timedelta(minutes=90)
    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("Sorry"), NOW + timedelta(minutes=95))
    found = clocks(database, ticket_id)["update"]
    assert (found.breached_at, found.due_at) == (None, NOW + timedelta(minutes=155))
    # While an answer of the requester is awaited nobody has to be told anything.
    with database.writing() as session:
        wait = MoveDraft("waiting", "Which orders?")
        move_ticket(session, agent, ticket_id, wait, NOW + timedelta(minutes=100))
    with database.writing() as session:
        note = EntryDraft("Still waiting")
        add_entry(session, agent, ticket_id, note, NOW + timedelta(minutes=110))
    assert clocks(database, ticket_id)["update"].due_at is None
    with database.writing() as session:
        answer = EntryDraft("All of them")
        add_entry(session, estate.world.requester, ticket_id, answer, NOW + timedelta(minutes=200))
    assert clocks(database, ticket_id)["update"].due_at == NOW + timedelta(minutes=260)
