"""Targets that history says could be kept, over REST."""

from datetime import datetime, timedelta

from server.desk.tickets.actions import EntryDraft, MoveDraft, add_entry, move_ticket
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_clocks import opened
from tests.server.desk.tickets.test_routing_rest import V1
from tests.server.desk.tickets.test_tickets_rest import document, faults

HERE = f"{V1}/service-levels/achievable"


def solved(database: Database, estate: Estate, minutes: int) -> None:
    """Solve an incident after so many minutes of work and an hour of waiting for an answer."""
    ticket_id, agent = opened(database, estate), estate.world.agent

    def at(after: int) -> datetime:
        return NOW + timedelta(minutes=after)

    with database.writing() as session:
        add_entry(session, agent, ticket_id, EntryDraft("We look"), at(5))
        move_ticket(session, agent, ticket_id, MoveDraft("waiting", "Which orders?"), at(10))
    with database.writing() as session:
        add_entry(session, estate.world.requester, ticket_id, EntryDraft("All"), at(70))
    with database.writing() as session:
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, agent, ticket_id, done, at(minutes + 60))


def test_history_proposes_what_nine_of_ten_would_have_kept(
    database: Database, as_: As, estate: Estate
) -> None:
    for number in range(1, 21):
        solved(database, estate, 10 + 10 * number)
    agent = as_(estate.world.agent)
    found = document(agent.get(f"{HERE}?days=3650"))
    assert found["tickets"] == 20
    rows = {(row["service_id"], row["measure"]): row for row in found["rows"]}
    assert rows.keys() == {
        (service, measure)
        for service in (estate.orders, estate.reports)
        for measure in ("respond", "resolve")
    }
    # The hour of waiting is nobody's fault and is not counted.
    row = rows[estate.orders, "resolve"]
    assert (row["priority"], row["cases"], row["kept_percent"]) == (1, 20, 100)
    assert (row["half_within"], row["share_within"]) == (110, 190)
    assert (row["target_minutes"], row["achievable_minutes"]) == (240, 240)
    assert rows[estate.orders, "respond"]["achievable_minutes"] == 5
    stricter = document(agent.get(f"{HERE}?days=3650&share=80"))["rows"]
    (row,) = (
        one for one in stricter if (one["service_id"], one["measure"]) == (estate.orders, "resolve")
    )
    assert (row["share_within"], row["achievable_minutes"]) == (170, 180)
    assert document(agent.get(f"{HERE}?days=1"))["rows"] == []


def test_only_those_who_work_on_tickets_ask_and_what_makes_no_sense_is_refused(
    as_: As, estate: Estate
) -> None:
    assert as_(estate.world.requester).get(HERE).status_code == 403
    agent = as_(estate.world.agent)
    assert faults(agent.get(f"{HERE}?share=100&days=0")) == {"share", "days"}
    assert document(agent.get(HERE)) == {"tickets": 0, "rows": []}
