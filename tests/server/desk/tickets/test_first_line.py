"""The share of tickets that the first line solves, by category and by service."""

from datetime import timedelta
from typing import Any

from server.desk.tickets.actions import MoveDraft, TicketDraft, assign, move_ticket
from server.desk.tickets.actions import open_ticket as open_one
from server.desk.tickets.actions.escalating import HandoverDraft, escalate
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.permissions import Actor
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults

HERE = f"{V1}/service-levels/first-line"


class Desk:
    """Solves tickets as a desk with two lines does."""

    def __init__(self, database: Database, estate: Estate, second: int) -> None:
        self._database, self._estate, self._second = database, estate, second
        self._actor: Actor = estate.world.agent

    def solve(self, way: str, **draft: Any) -> None:
        """Solve a new ticket: "alone", "handed" over, "given" away, or "back" after that."""
        now, first = utc_now(), self._estate.world.support.id
        with self._database.writing() as session:
            wish = TicketDraft("Disk fails", group_id=first, **draft)
            number = open_one(session, self._actor, wish, now).id
            if way == "handed":
                escalate(session, self._actor, number, HandoverDraft(self._second, "Look"), now)
            if way in ("given", "back"):
                assign(session, self._actor, number, None, self._second, now)
            if way == "back":
                assign(session, self._actor, number, None, first, now)
            done = MoveDraft("resolved", "", "fixed", "A disk was changed")
            move_ticket(session, self._actor, number, done, now + timedelta(minutes=1))


def test_what_left_the_first_line_is_not_solved_by_it(
    database: Database, as_: As, estate: Estate
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    second = group_of(database, estate, "Storage")
    admin.put(f"{V1}/desk-groups/{second}", json={"line": "2"})
    desk = Desk(database, estate, second)
    for way in ("alone", "alone", "handed"):
        desk.solve(way, category="hardware", affected_item_ids=(estate.db,))
    for way in ("given", "back", "alone"):
        desk.solve(way)
    found = document(agent.get(HERE))
    assert (found["solved"], found["first_line"], found["percent"]) == (6, 3, 50.0)
    assert (found["target_percent"], found["more"]) == (70, False)
    assert [
        (one["category"], one["solved"], one["first_line"], one["percent"])
        for one in found["categories"]
    ] == [("", 3, 1, 33.3), ("hardware", 3, 2, 66.7)]
    assert {(one["service"], one["solved"], one["first_line"]) for one in found["services"]} == {
        ("Orders", 3, 2),
        ("Reports", 3, 2),
    }


def test_open_tickets_and_what_was_nobodys_do_not_count_and_reopened_ones_no_longer(
    database: Database, as_: As, estate: Estate
) -> None:
    agent = estate.world.agent
    done = MoveDraft("resolved", "", "fixed", "A disk was changed")
    now = utc_now()
    with database.writing() as session:
        numbers = [
            open_one(session, agent, TicketDraft("Disk fails", group_id=group), now).id
            for group in (None, estate.world.support.id, estate.world.support.id)
        ]
        for number in numbers:
            move_ticket(session, agent, number, done, now)
        move_ticket(session, agent, numbers[-1], MoveDraft("in_progress", "Again"), now)
        open_one(session, agent, TicketDraft("Other", group_id=estate.world.support.id), now)
    found = document(as_(agent).get(HERE))
    assert (found["solved"], found["first_line"], found["percent"]) == (1, 1, 100.0)


def test_only_tickets_and_services_in_sight_are_counted(
    database: Database, as_: As, estate: Estate
) -> None:
    world = estate.world
    Desk(database, estate, world.support.id).solve("alone", affected_item_ids=(estate.db,))
    assert as_(world.requester).get(HERE).status_code == 403
    # Otto works on tickets of sales alone.
    nothing: dict[str, Any] = {
        "solved": 0,
        "first_line": 0,
        "percent": None,
        "target_percent": 70,
        "more": False,
        "categories": [],
        "services": [],
    }
    assert document(as_(world.outsider).get(HERE)) == nothing
    agent = as_(world.agent)
    assert document(agent.get(HERE))["solved"] == 1
    assert faults(agent.get(f"{HERE}?days=0")) == {"days"}


def test_the_target_is_the_desks_to_set(as_: As, estate: Estate) -> None:
    admin = as_(estate.world.admin)
    levels = f"{V1}/service-levels"
    wrong = admin.patch(levels, json={"sections": {"first_line": {"percent": 170}}})
    assert faults(wrong) == {"first_line"}
    answer = admin.patch(levels, json={"sections": {"first_line": {"percent": 75}}})
    assert document(answer)["changed"] == ["first_line"]
    assert document(as_(estate.world.agent).get(HERE))["target_percent"] == 75
