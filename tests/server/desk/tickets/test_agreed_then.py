"""A solved ticket is held to what was agreed when it was solved; reports say what came later."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from server.desk.sla.actions.agreeing import change_agreements
from server.desk.sla.models import SlaClock, SlaSection
from server.desk.sla.queries import agreements_document
from server.desk.tickets.actions import EntryDraft, MoveDraft, add_entry, assign, move_ticket
from server.desk.tickets.actions.clocks import reckon_clocks
from server.desk.tickets.models import Ticket
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_clocks import opened, swept, told
from tests.server.desk.tickets.test_first_answers import after, wrote
from tests.server.desk.tickets.test_holding import LEVELS, admin, agreed, handed, wanted
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults

__all__ = ["admin"]

INSIDE = {"whose": "group"}
#: When something is agreed on anew, long after what was solved; each time another moment.
LATER = NOW + timedelta(days=30)
_MOMENTS = (timedelta(microseconds=one) for one in count())


def solved(database: Database, estate: Estate, minutes: float) -> int:
    """Open a ticket and solve it after so many minutes."""
    ticket_id, agent = opened(database, estate), estate.world.agent
    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("We look"), after(5))
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, agent, ticket_id, done, after(minutes))
    return ticket_id


def clocks(database: Database, ticket_id: int) -> dict[tuple[str, str], tuple[Any, ...]]:
    with database.reading() as session:
        query = select(SlaClock).where(SlaClock.ticket_id == ticket_id)
        return {
            (row.measure, row.holder): (
                row.target_minutes,
                row.calendar,
                row.stopped_at,
                row.breached_at,
            )
            for row in session.scalars(query)
        }


def touched(database: Database, estate: Estate, ticket_id: int) -> None:
    """Let something happen on a ticket, and the clocks be swept, after all was agreed anew."""
    now = LATER + timedelta(days=1)
    with database.writing() as session:
        add_entry(session, estate.world.agent, ticket_id, EntryDraft("By the way"), now)
    with database.writing() as session:
        last: int | None = 0
        while last is not None:
            last = reckon_clocks(session, last, now)
    while swept(database, now):
        pass


def history(desk: FlaskClient, estate: Estate, measure: str = "resolve") -> dict[str, Any]:
    """Return what the statistics say of Orders."""
    found = document(desk.get(f"{LEVELS}/achievable?days=3650"))["rows"]
    (row,) = (
        one
        for one in found
        if (one["service_id"], one["measure"], one["holder"]) == (estate.orders, measure, "")
    )
    return dict(row)


def test_a_new_target_is_nothing_to_what_was_solved_but_reports_reckon_it_later(
    database: Database, as_: As, estate: Estate
) -> None:
    with database.writing() as session:
        nothing: dict[str, Any] = {"targets": []}
        change_agreements(
            session, estate.world.admin, nothing, NOW - timedelta(days=20) + next(_MOMENTS)
        )
    ids = [solved(database, estate, minutes) for minutes in (30, 50, 200)]
    assert clocks(database, ids[0]) == {}
    agreed(database, estate, {"measure": "resolve"}, at=LATER + next(_MOMENTS))
    for ticket_id in ids:
        touched(database, estate, ticket_id)
        assert (clocks(database, ticket_id), told(database, ticket_id)) == ({}, [])
    row = history(as_(estate.world.agent), estate)
    assert (row["cases"], row["later_cases"], row["half_within"]) == (3, 3, 50)
    assert (row["kept_percent"], row["later_kept_percent"]) == (None, 67)
    # What is opened again is promised what is promised now.
    with database.writing() as session:
        again = MoveDraft("in_progress", "It is back")
        move_ticket(session, estate.world.agent, ids[0], again, LATER + timedelta(days=2))
    assert clocks(database, ids[0]).keys() == {("resolve", "")}


def test_a_changed_target_or_calendar_does_not_rewrite_what_was_kept(
    database: Database, as_: As, estate: Estate
) -> None:
    ticket_id = solved(database, estate, 100)
    before = clocks(database, ticket_id)
    assert before["resolve", ""] == (240, "always", after(100), None)
    with database.writing() as session:
        sections = wanted(session, {"measure": "resolve", "minutes": 10})
        calendars = agreements_document(session)["calendars"]
        night = calendars["always"] | {"hours": {"mon": ["00:00-01:00"]}}
        sections |= {"calendars": calendars | {"always": night}}
        change_agreements(session, estate.world.admin, sections, LATER + next(_MOMENTS))
    touched(database, estate, ticket_id)
    assert clocks(database, ticket_id) == before
    desk = as_(estate.world.agent)
    row = history(desk, estate)
    assert (row["cases"], row["later_cases"], row["kept_percent"]) == (1, 0, 100)
    assert (row["target_minutes"], row["half_within"]) == (240, 100)
    shown = {
        one["measure"]: one for one in desk.get(f"/api/v1/tickets/{ticket_id}/clocks").get_json()
    }
    assert (shown["resolve"]["used_minutes"], shown["resolve"]["target_minutes"]) == (100, 240)


def test_what_was_agreed_before_can_be_asked_for(
    database: Database, admin: Any, estate: Estate
) -> None:
    first = document(admin.get(LEVELS))
    assert (first["since"], first["until"], first["earlier"]) == (None, None, [])
    changes = [one + next(_MOMENTS) for one in (NOW, LATER)]
    for number, at in enumerate(changes):
        agreed(database, estate, {"measure": "resolve", "minutes": 11 + number}, at=at)
    now = document(admin.get(LEVELS))
    moments = [one.isoformat() for one in changes]
    assert (now["since"], now["until"]) == (moments[1], None)
    assert now["earlier"] == [
        {"since": None, "until": moments[0]},
        {"since": moments[0], "until": moments[1]},
    ]

    def then(moment: datetime) -> dict[str, Any]:
        answer = admin.get(LEVELS, query_string={"at": moment.isoformat()})
        return dict(document(answer))

    assert then(NOW - timedelta(days=1))["sections"] == first["sections"]
    between = then(NOW + timedelta(days=1))
    assert [one["minutes"] for one in between["sections"]["targets"][:2]] == [11, 15]
    assert (between["since"], between["until"], between["changed"]) == (*moments, ["targets"])
    assert then(changes[1])["sections"] == now["sections"]
    # What is as it was is no change.
    with database.writing() as session:
        same = {"targets": agreements_document(session)["targets"]}
        change_agreements(session, estate.world.admin, same, LATER + timedelta(days=1))
    assert document(admin.get(LEVELS))["since"] == moments[1]
    assert faults(admin.get(f"{LEVELS}?at=yesterday")) == {"at"}


def test_what_nobody_kept_is_left_as_it_was_told(
    database: Database, as_: As, admin: Any, estate: Estate
) -> None:
    ticket_id = solved(database, estate, 100)
    before = clocks(database, ticket_id)
    with database.writing() as session:
        # Changed while earlier agreements were not kept yet.
        document_text = '[{"measure": "resolve", "minutes": 3, "calendar": "always"}]'
        at = datetime(2026, 5, 1, 0, 0, 0, 11, tzinfo=UTC)
        session.add(SlaSection(section="targets", document=document_text, updated_at=at))
    touched(database, estate, ticket_id)
    assert clocks(database, ticket_id) == before
    assert faults(admin.get(f"{LEVELS}?at=2026-03-01T00:00:00Z")) == {"at"}
    assert history(as_(estate.world.agent), estate)["kept_percent"] == 100


def test_a_correction_of_a_solved_ticket_is_held_to_what_was_agreed_then(
    database: Database, admin: Any, estate: Estate
) -> None:
    ticket_id = solved(database, estate, 100)
    agreed(database, estate, {"measure": "resolve", "minutes": 1}, at=LATER + next(_MOMENTS))
    with database.writing() as session:
        ticket = session.get_one(Ticket, ticket_id)
        ticket.priority = 2
    touched(database, estate, ticket_id)
    assert clocks(database, ticket_id)["resolve", ""][0] == 480


def test_first_answers_of_groups_are_reckoned_later_from_what_was_said(
    database: Database, as_: As, estate: Estate
) -> None:
    support = estate.world.support.id
    for minutes in (30, 90):
        ticket_id = opened(database, estate)
        with database.writing() as session:
            assign(session, estate.world.agent, ticket_id, None, support, NOW)
        with database.writing() as session:
            word = EntryDraft("We look", "internal")
            add_entry(session, estate.world.agent, ticket_id, word, after(minutes))
            done = MoveDraft("resolved", "", "fixed", "A disk was changed")
            move_ticket(session, estate.world.agent, ticket_id, done, after(120))
    agreed(database, estate, {"measure": "respond"} | INSIDE, at=LATER + next(_MOMENTS))
    found = document(as_(estate.world.agent).get(f"{LEVELS}/achievable?days=3650"))["rows"]
    (row,) = (
        one
        for one in found
        if (one["service_id"], one["holder"]) == (estate.orders, f"group:{support}")
    )
    assert (row["measure"], row["later_cases"], row["later_kept_percent"]) == ("respond", 2, 50)
    assert row["holder_name"] == "Support"


def test_what_had_ended_on_an_open_ticket_is_not_held_to_what_is_agreed_later(
    database: Database, as_: As, estate: Estate
) -> None:
    agent, support = estate.world.agent, estate.world.support.id
    ticket_id = opened(database, estate)
    with database.writing() as session:
        assign(session, agent, ticket_id, agent.person_id, support, NOW)
    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("We look"), after(5))
    before = clocks(database, ticket_id)
    assert before["respond", ""] == (15, "always", after(5), None)
    hasty = {"measure": "respond", "minutes": 1}
    at = NOW + timedelta(hours=1) + next(_MOMENTS)
    agreed(database, estate, hasty, hasty | INSIDE, {"minutes": 500}, at=at)
    with database.writing() as session:
        assert reckon_clocks(session, 0, at) == ticket_id
    while swept(database, at):
        pass
    found = clocks(database, ticket_id)
    assert found["respond", ""] == before["respond", ""]
    assert found["resolve", ""][0] == 500
    assert (found.keys(), told(database, ticket_id)) == (before.keys(), [])
    rows = document(as_(agent).get(f"{LEVELS}/achievable?days=3650"))["rows"]
    (later,) = (one for one in rows if one["service_id"] == estate.orders and one["later_cases"])
    assert (later["holder"], later["later_kept_percent"]) == (f"group:{support}", 0)
    # Given to somebody who has not answered yet, they owe it by what is agreed now.
    with database.writing() as session:
        assign(session, agent, ticket_id, None, None, after(100))
    with database.writing() as session:
        assign(session, agent, ticket_id, None, support, after(110))
    assert clocks(database, ticket_id)["respond", f"group:{support}#2"][0] == 1


def test_a_word_of_a_supplier_that_is_noted_late_still_stops_its_clock(
    database: Database, admin: FlaskClient, estate: Estate
) -> None:
    agent, hotline = estate.world.agent, group_of(database, estate, "Acme hotline")
    admin.put(f"{V1}/desk-groups/{hotline}", json={"line": "supplier"})
    body = {"name": "Acme", "organisation_id": estate.world.root.id}
    supplier = document(admin.post(f"{V1}/suppliers", json=body))["id"]
    promise = {"measure": "respond", "whose": "supplier", "supplier": supplier}
    agreed(database, estate, promise)
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 0, group_id=hotline, supplier_reference="A-77")
    at = after(50) + next(_MOMENTS)
    agreed(database, estate, promise | {"minutes": 5}, at=at)
    wrote(database, agent, ticket_id, 55, from_supplier=True, said_at=after(30))
    row = clocks(database, ticket_id)["respond", f"supplier:{supplier}"]
    assert row == (60, "always", after(30), None)
