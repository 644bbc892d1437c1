"""Opening a ticket on something that others need."""

from server.desk.tickets import actions, queries
from server.desk.tickets.actions import TicketDraft
from tests.server.desk.estate import NOW, estate_at


def test_a_ticket_on_an_item_names_the_services_that_suffer(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        with database.writing() as session:
            draft = TicketDraft("Orders page times out", affected_item_ids=(estate.db,))
            ticket = actions.open_ticket(session, estate.world.agent, draft, NOW)
        with database.reading() as session:
            services = queries.affected_services_of(session, estate.world.agent, ticket.reference)
            assert [(row.item.name, row.state) for row in services] == [
                ("Orders", "down"),
                ("Reports", "down"),
            ]
            assert ticket.reference == "INC-1"
            assert (ticket.impact, ticket.priority) == ("extensive", 2)
            assert (ticket.down_count, ticket.service_count) == (4, 2)
