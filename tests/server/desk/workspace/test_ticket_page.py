"""The ticket's page: one answer, few queries."""

from datetime import datetime, timedelta

from sqlalchemy import event

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.records.items import Item
from cmdb.vocabulary import PERSON, ClassCode
from server.desk.tickets import actions
from server.desk.tickets.actions import EntryDraft, TicketDraft
from server.desk.workspace.queries import related_tickets, ticket_suspects, ticket_workspace
from server.foundation.database import Database
from tests.server.desk.estate import NOW, Estate, estate_at, put_many


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


def test_an_item_without_an_owner_names_who_uses_it(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        reference = open_on(database, estate, estate.laptop)
        with database.reading() as session:
            (affected,) = ticket_workspace(session, estate.world.agent, reference).affected
        assert (affected.owner_people, affected.owner_groups) == ((), ())
        assert [person.display_name for person in affected.users] == ["Rita Request"]


def count_queries(database: Database, reference: str, estate: Estate) -> list[str]:
    """Return the statements of one page, on a graph that is already in memory."""
    told: list[str] = []
    with database.reading() as session:
        ticket_workspace(session, estate.world.agent, reference)
    with database.reading() as session:
        listen = lambda *rest: told.append(rest[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listen)
        ticket_workspace(session, estate.world.agent, reference)
        event.remove(database.engine, "before_cursor_execute", listen)
    return told


def test_a_page_with_a_hundred_affected_items_takes_few_queries(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        with database.writing() as session:
            nodes = put_many(session, estate, 100)
        reference = open_on(database, estate, *nodes)
        asked = count_queries(database, reference, estate)
        statements = [one for one in asked if one != "BEGIN"]
        # Two more find out who asks.
        assert len(statements) <= 7, "\n\n".join(statements)


def test_what_changed_upstream_shortly_before_is_a_suspect(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        change_name(database, estate.san, "san-1 (new controller)", NOW - timedelta(hours=5))
        change_name(database, estate.laptop, "LT-0231b", NOW - timedelta(hours=1))
        reference = open_on(database, estate, estate.db)
        with database.reading() as session:
            _, (suspect,) = ticket_suspects(session, estate.world.agent, reference)
            assert (suspect.item.id, suspect.hops, suspect.kind) == (estate.san, 1, "changed")
            assert 0 < suspect.score < 1
            assert [entry.subject for entry in suspect.entries] == ["name"]


def change_name(database: Database, item_id: int, name: str, at: datetime) -> None:
    with database.writing() as session:
        item = session.get_one(Item, item_id)
        seen = Observation(
            origin=Origin(PERSON),
            class_code=ClassCode(item.class_code),
            organisation_id=item.organisation_id,
            observed_at=at,
            values={"name": name},
            item_id=item_id,
        )
        Inventory(session, at).record(seen)


def test_the_requester_reads_what_is_public_and_counts_nothing_hidden(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        world = estate.world
        reference = open_on(database, estate, estate.db, estate.laptop)
        with database.writing() as session:
            said = EntryDraft("Is it the disk again?", "internal")
            actions.add_entry(session, world.agent, reference, said, NOW)
            actions.add_entry(session, world.agent, reference, EntryDraft("We are on it"), NOW)
        with database.reading() as session:
            page = ticket_workspace(session, world.requester, reference)
            assert [row.entry.text for row in page.entries] == ["We are on it"]
            assert [part.item.name for part in page.affected] == ["LT-0231"]
            assert (page.hidden_items, page.totals, list(page.services)) == (None, None, [])
            assert not page.header.may_work


def test_other_open_tickets_on_the_item_and_of_the_requester_are_named(database_url: str) -> None:
    with estate_at(database_url) as (database, estate):
        first = open_on(database, estate, estate.db)
        second = open_on(database, estate, estate.db)
        third = open_on(database, estate, estate.san)
        with database.reading() as session:
            _, related = related_tickets(session, estate.world.agent, first)
            same_items = [one.ticket.reference for one in related if one.item_ids]
            of_requester = {one.ticket.reference for one in related if one.same_requester}
            assert same_items == [second]
            assert of_requester == {second, third}
