"""First answers that groups and suppliers owe: noted, told once, explained, counted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from cmdb.errors import InvalidValue
from cmdb.records.parties import Membership
from server.desk.sla.models import SlaClock
from server.desk.tickets.actions import EntryDraft, MoveDraft, add_entry, assign, move_ticket
from server.desk.tickets.actions.clocks import keep_ticket_clocks
from server.desk.tickets.actions.reaching import keep_answer
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.database import Database
from server.foundation.permissions import Actor
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_clocks import opened, swept
from tests.server.desk.tickets.test_holding import (
    LEVELS,
    admin,
    agreed,
    handed,
    heard,
    second,
    strip,
)
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults

__all__ = ["admin", "second"]


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def owed(database: Database, ticket_id: int) -> dict[str, SlaClock]:
    """Return the clocks of first answers that are not the requester's."""
    with database.reading() as session:
        query = select(SlaClock).where(
            SlaClock.ticket_id == ticket_id, SlaClock.measure == "respond", SlaClock.holder != ""
        )
        return {row.holder: row for row in session.scalars(query)}


def wrote(
    database: Database, actor: Actor, ticket_id: int, minutes: float, **draft: Any
) -> TicketEntry:
    """Write on a ticket; a note that only those who work on it read."""
    with database.writing() as session:
        wish = EntryDraft(**({"text": "We look", "kind": "internal"} | draft))
        return add_entry(session, actor, ticket_id, wish, after(minutes))


@pytest.fixture
def hotline(database: Database, admin: Any, estate: Estate) -> int:
    """Return the group of a supplier of which the desk's people are no members."""
    group = group_of(database, estate, "Acme hotline")
    assert admin.put(f"{V1}/desk-groups/{group}", json={"line": "supplier"}).status_code == 200
    return group


@pytest.fixture
def supplier(admin: Any, estate: Estate) -> int:
    """Return the number of a supplier."""
    body = {"name": "Acme", "organisation_id": estate.world.root.id}
    number: int = document(admin.post(f"{V1}/suppliers", json=body))["id"]
    return number


def test_a_supplier_answers_by_what_is_written_down_of_it_and_when_it_said_so(
    database: Database, as_: As, estate: Estate, hotline: int, supplier: int
) -> None:
    agent, desk = estate.world.agent, as_(estate.world.agent)
    agreed(
        database,
        estate,
        {"measure": "respond", "whose": "supplier", "supplier": supplier, "groups": [hotline]},
    )
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 10, group_id=hotline, supplier_reference="A-77")
    name = f"supplier:{supplier}"
    assert owed(database, ticket_id)[name].due_at == after(70)
    # Neither waiting nor our own words are the supplier's.
    with database.writing() as session:
        move_ticket(session, agent, ticket_id, MoveDraft("waiting", "Acme looks"), after(12))
    wrote(database, agent, ticket_id, 15)
    wrote(database, agent, ticket_id, 16, kind="public")
    assert owed(database, ticket_id)[name].due_at == after(70)
    said = {"text": "A disk is on its way", "kind": "internal", "from_supplier": True}
    there = f"{V1}/tickets/{ticket_id}/entries"
    answer = desk.post(there, json=said | {"said_at": after(40).isoformat()})
    assert answer.status_code == 201, answer.json
    assert document(answer)["detail"]["from_supplier_at"] == after(40).isoformat()
    row = owed(database, ticket_id)[name]
    assert (row.stopped_at, row.breached_at, row.due_at) == (after(40), None, None)
    assert {one["stopped_at"] for one in strip(desk, ticket_id) if one["holder"] == name} == {
        after(40).isoformat()
    }


def test_a_missed_answer_is_told_once_and_each_hand_over_has_its_own_reason(
    database: Database, as_: As, estate: Estate, hotline: int, supplier: int
) -> None:
    agent, desk = estate.world.agent, as_(estate.world.agent)
    target = {"measure": "respond", "whose": "supplier", "supplier": supplier}
    agreed(database, estate, target)
    ticket_id, name = opened(database, estate), f"supplier:{supplier}"
    handed(database, estate, ticket_id, 0, group_id=hotline, supplier_reference="A-77")
    for minutes in (31, 31, 46, 55, 61, 61, 90):
        while swept(database, after(minutes)):
            pass
    assert heard(database, agent, "supplier_answer_reached") == [
        f"INC-1: the supplier has used {percent} % of its time for a first answer (Acme)"
        for percent in (50, 75, 90, 100)
    ]
    assert heard(database, agent, "supplier_clock_reached") == []
    reason = f"{V1}/tickets/{ticket_id}/clocks/respond/reason"
    told = {"reason": "Their hotline was down", "holder": name}
    assert desk.put(reason, json=told).status_code == 204
    with database.writing() as session:
        assign(session, agent, ticket_id, agent.person_id, estate.world.support.id, after(100))
    handed(database, estate, ticket_id, 120, group_id=hotline, supplier_reference="A-91")
    first, again = owed(database, ticket_id)[name], owed(database, ticket_id)[f"{name}#2"]
    assert (first.breached_at, first.reason) == (after(60), "Their hotline was down")
    assert (again.breached_at, again.reason, again.due_at) == (None, "", after(180))
    wrote(database, agent, ticket_id, 130, from_supplier=True)
    assert owed(database, ticket_id)[f"{name}#2"].stopped_at == after(130)
    rows = {(one["measure"], one["holder"]): one for one in strip(desk, ticket_id)}
    assert rows["respond", f"{name}#2"]["holder_name"] == "Acme"


def test_a_group_answers_by_any_word_of_its_people_and_that_stays_an_answer(
    database: Database, estate: Estate, second: int
) -> None:
    world, manager = estate.world, estate.world.change_manager
    agreed(database, estate, {"measure": "respond", "whose": "group", "lines": ["2"]})
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 10, group_id=second)
    wrote(database, world.agent, ticket_id, 15, kind="public")
    with database.writing() as session:
        # What a program found in somebody's name is nobody's answer.
        ticket = session.get_one(Ticket, ticket_id)
        keep_answer(session, ticket, manager.person_id, "It answers", after(16))
    assert owed(database, ticket_id)["line:2"].stopped_at is None
    wrote(database, manager, ticket_id, 20)
    assert owed(database, ticket_id)["line:2"].stopped_at == after(20)
    with database.writing() as session:
        mine = Membership.person_id == manager.person_id, Membership.group_id == second
        session.execute(delete(Membership).where(*mine))
    with database.writing() as session:
        keep_ticket_clocks(session, session.get_one(Ticket, ticket_id), after(30))
    assert owed(database, ticket_id)["line:2"].stopped_at == after(20)


def test_words_from_before_it_was_noted_whose_they_are_count_by_who_is_there_today(
    database: Database, estate: Estate, second: int
) -> None:
    agreed(database, estate, {"measure": "respond", "whose": "group", "groups": [second]})
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 10, group_id=second)
    entry = wrote(database, estate.world.change_manager, ticket_id, 25)
    with database.writing() as session:
        old = update(TicketEntry).where(TicketEntry.id == entry.id).values(detail={})
        session.execute(old)
        session.expire_all()
        keep_ticket_clocks(session, session.get_one(Ticket, ticket_id), after(30))
    assert owed(database, ticket_id)[f"group:{second}"].stopped_at == after(25)


def test_what_was_never_answered_says_so_and_is_no_kept_promise(
    database: Database, as_: As, estate: Estate, second: int
) -> None:
    agent, desk = estate.world.agent, as_(estate.world.agent)
    agreed(database, estate, {"measure": "respond", "whose": "group", "lines": ["2"]})
    ids = [opened(database, estate) for _ in range(2)]
    for ticket_id, minutes in zip(ids, (40, 90), strict=True):
        handed(database, estate, ticket_id, 0, group_id=second)
        with database.writing() as session:
            me, support = agent.person_id, estate.world.support.id
            assign(session, agent, ticket_id, me, support, after(minutes))
        with database.writing() as session:
            done = MoveDraft("resolved", "", "fixed", "A disk was changed")
            move_ticket(session, agent, ticket_id, done, after(120))
    rows = [one for one in strip(desk, ids[0]) if one["holder"] == "line:2"]
    assert [(one["stopped_at"], one["breached_at"], one["away"]) for one in rows] == [
        (None, None, True)
    ]
    found = document(desk.get(f"{LEVELS}/achievable?days=3650"))["rows"]
    (told,) = (
        one
        for one in found
        if (one["service_id"], one["measure"], one["holder"])
        == (estate.orders, "respond", "line:2")
    )
    # Taken away before its time was over, it says nothing; what ran out did.
    assert (told["cases"], told["kept_percent"], told["half_within"]) == (1, 0, 90)


def test_what_makes_no_sense_names_its_field(
    database: Database, as_: As, estate: Estate, hotline: int
) -> None:
    agent, desk = estate.world.agent, as_(estate.world.agent)
    ticket_id = opened(database, estate)
    there = f"{V1}/tickets/{ticket_id}/entries"
    word = {"text": "On its way", "from_supplier": True}
    assert faults(desk.post(there, json=word)) == {"from_supplier"}
    assert faults(desk.post(there, json=word | {"said_at": after(0).isoformat()})) == {"said_at"}
    assert faults(desk.post(there, json={"text": "Hi", "said_at": after(0).isoformat()})) == {
        "said_at"
    }
    assert faults(desk.post(there, json=word | {"said_at": "yesterday"})) == {"said_at"}
    assert as_(estate.world.requester).post(there, json=word).status_code == 403
    handed(database, estate, ticket_id, 10, group_id=hotline, supplier_reference="A-77")
    for minutes in (9, 31):
        with pytest.raises(InvalidValue) as refused:
            wrote(database, agent, ticket_id, 30, from_supplier=True, said_at=after(minutes))
        assert refused.value.fields.keys() == {"said_at"}
    # Forms tell moments to the minute: that of the hand-over is after it.
    entry = wrote(database, agent, ticket_id, 30, from_supplier=True, said_at=after(9.5))
    assert entry.detail["from_supplier_at"] == after(10).isoformat()


def test_who_does_not_work_on_it_hears_the_words_and_not_whose_they_were(
    database: Database, as_: As, estate: Estate, hotline: int
) -> None:
    ticket_id = opened(database, estate)
    handed(database, estate, ticket_id, 10, group_id=hotline, supplier_reference="A-77")
    wrote(database, estate.world.agent, ticket_id, 20, from_supplier=True, kind="public")
    there = f"{V1}/tickets/{ticket_id}/entries?limit=200"
    (word,) = (one for one in document(as_(estate.world.agent).get(there))["rows"] if one["text"])
    assert word["detail"]["from_supplier_at"] == after(20).isoformat()
    (shown,) = document(as_(estate.world.requester).get(there))["rows"]
    assert (shown["text"], shown["detail"]) == ("We look", {})
