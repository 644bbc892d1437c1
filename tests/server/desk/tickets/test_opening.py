"""Opening tickets, many at once, and on what half the estate hangs on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from cmdb.errors import InvalidValue
from server.desk.tickets import actions, queries
from server.desk.tickets.actions import TicketDraft
from server.desk.tickets.models import AffectedService, Ticket
from server.foundation.database import Database
from tests.server.desk.estate import NOW, Estate


def test_a_ticket_on_an_item_names_the_services_that_suffer(
    database: Database, estate: Estate
) -> None:
    with database.writing() as session:
        draft = TicketDraft("Orders page times out", affected_item_ids=(estate.db, estate.db))
        ticket = actions.open_ticket(session, estate.world.agent, draft, NOW)
    with database.reading() as session:
        services = queries.affected_services_of(session, estate.world.agent, ticket.reference)
        assert [(row.item.name, row.state) for row in services] == [
            ("Orders", "down"),
            ("Reports", "down"),
        ]
        assert (ticket.impact, ticket.priority) == ("extensive", 2)
        assert (ticket.down_count, ticket.service_count) == (4, 2)
        assert ticket.worst_criticality == 0


def test_tickets_opened_at_once_all_get_references_of_their_own(
    database: Database, estate: Estate
) -> None:
    def open_one(number: int) -> str:
        draft = TicketDraft(f"Number {number}", affected_item_ids=(estate.db,))
        with database.writing() as session:
            return actions.open_ticket(session, estate.world.agent, draft, NOW).reference

    with ThreadPoolExecutor(4) as pool:
        references = list(pool.map(open_one, range(20)))
    assert sorted(references) == sorted(f"INC-{number}" for number in range(1, 21))


def test_what_fails_later_in_the_same_unit_of_work_leaves_no_ticket_behind(
    database: Database, estate: Estate
) -> None:
    def open_two() -> None:
        with database.writing() as session:
            for title in ("Orders", ""):
                draft = TicketDraft(title, affected_item_ids=(estate.db,))
                actions.open_ticket(session, estate.world.agent, draft, NOW)

    with pytest.raises(InvalidValue, match="title"):
        open_two()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0
        assert session.scalar(select(func.count()).select_from(AffectedService)) == 0
