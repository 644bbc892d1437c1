"""The ticket's page: one answer, few queries."""

from datetime import timedelta

from sqlalchemy import event, select
from tests.server.desk.estate import NOW, Estate, estate_at, put_many

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import PERSON, ClassCode
from server.desk.tickets import actions
from server.desk.tickets.actions import EntryDraft, TicketDraft
from server.desk.workspace.queries import ticket_workspace
from server.foundation.database import Database


def open_on(database: Database, estate: Estate, *item_ids: int) -> str:
    with database.writing() as session:
        draft = TicketDraft(
            "Orders page times out",
            affected_item_ids=item_ids,
            requester_id=estate.world.requester.person_id,
        )
        return actions.open_ticket(session, estate.world.agent, draft, NOW).reference


def test_the_page_shows_who_suffers_along_which_path(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        reference = open_on(database, estate, estate.db)
        with database.reading() as session:
            page = ticket_workspace(session, estate.world.agent, reference)
            orders, reports = page.services
            assert [hop.item.name for hop in orders.path if hop.item] == [
                "db-07",
                "app-1",
                "Orders",
            ]
            assert reports.item.name == "Reports"
            (affected,) = page.affected
            assert [p.display_name for p in affected.owner_people] == ["Sam Support"]
            assert [item.name for item in page.requester_items] == ["LT-0231"]
            assert page.header.may_work
            assert [row.entry.detail["event"] for row in page.entries] == ["opened"]
