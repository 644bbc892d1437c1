"""Open tickets follow the graph: what a change can reach is computed anew, the rest is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership, ItemReference, SeenRelation
from cmdb.records.relations import GraphChange, Relation
from cmdb.vocabulary import DEPENDS_ON, PERSON
from server.desk.sla.models import SlaClock
from server.desk.tickets import actions, queries
from server.desk.tickets.actions import TicketDraft
from server.desk.tickets.actions.reassessing import keep_position
from server.desk.tickets.jobs import REASSESS
from server.desk.tickets.models import AffectedItem, Ticket, TicketEntry
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext, JobStopped
from server.foundation.search.marks import SearchMark
from server.foundation.settings import Settings
from server.items.actions import edit_item
from server.notify.models import Notification
from server.wiring import JOBS
from tests.server.desk.estate import NOW, Estate

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Return the job, as a worker runs it."""

    def once(cancelled: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        context = JobContext(database, Settings(home=tmp_path), {}, cancelled=cancelled)
        return dict(JOBS[REASSESS].run(context) or {})

    return once


def opened(database: Database, estate: Estate, *item_ids: int, **draft: Any) -> int:
    with database.writing() as session:
        told = TicketDraft("It fails", affected_item_ids=item_ids or (estate.db,), **draft)
        return actions.open_ticket(session, estate.world.agent, told, NOW).id


def depend(
    database: Database, estate: Estate, start: int, end: int, group: GroupMembership | None = None
) -> None:
    with database.writing() as session:
        ends = ItemReference(item_id=start), ItemReference(item_id=end)
        seen = [SeenRelation(DEPENDS_ON, *ends, group)]
        door = Inventory(session, utc_now())
        assert not door.relate(seen, PERSON, estate.world.root.id)[0].problems


def part(database: Database, start: int, end: int) -> None:
    with database.writing() as session:
        where = (Relation.start_id == start, Relation.end_id == end, Relation.valid_to.is_(None))
        ids = session.scalars(select(Relation.id).where(*where)).all()
        assert Inventory(session, utc_now()).unrelate(ids, PERSON) == 1


def seen(database: Database, ticket_id: int) -> Ticket:
    with database.reading() as session:
        return session.get_one(Ticket, ticket_id)


def reached(database: Database, estate: Estate, ticket_id: int) -> dict[str, str]:
    with database.reading() as session:
        rows = queries.affected_services_of(session, estate.world.admin, ticket_id)
        return {row.item.name: row.state for row in rows}


def lines(database: Database, ticket_id: int) -> list[dict[str, Any]]:
    with database.reading() as session:
        query = select(TicketEntry.detail).where(TicketEntry.ticket_id == ticket_id)
        rows = session.scalars(query.order_by(TicketEntry.id))
        return [row for row in rows if row.get("event") == "reassessed"]


def test_a_relation_that_appears_brings_its_service_priority_and_promises(
    database: Database, estate: Estate, run: Run
) -> None:
    agent = estate.world.agent.person_id
    draft = {"urgency": "critical", "assignee_id": agent}
    ticket_id = opened(database, estate, estate.laptop, **draft)
    before = seen(database, ticket_id)
    with database.reading() as session:
        promised = session.get_one(SlaClock, (ticket_id, "resolve", "")).due_at
    assert run() == {"tickets": 0, "changed": 0}
    depend(database, estate, estate.reports, estate.laptop)
    depend(database, estate, estate.app, estate.laptop)
    assert run() == {"tickets": 1, "changed": 1}
    after = seen(database, ticket_id)
    assert reached(database, estate, ticket_id) == {"Orders": "down", "Reports": "down"}
    assert (after.service_count, after.down_count) == (2, 4)
    assert after.priority < before.priority
    assert after.version == before.version + 1
    assert after.activity_at > before.activity_at
    (line,) = lines(database, ticket_id)
    assert line["added"] == sorted([estate.orders, estate.reports])
    assert (line["removed"], line["more_added"]) == ([], 0)
    assert (line["before"], line["priority"]) == (before.priority, after.priority)
    with database.reading() as session:
        ends = session.get_one(SlaClock, (ticket_id, "resolve", "")).due_at
        assert ends is not None
        assert promised is not None
        assert ends < promised
    with database.reading() as session:
        told = select(Notification.person_id).where(Notification.kind == "ticket_pressing")
        assert session.scalars(told).all() == [agent]
    assert run() == {"tickets": 0, "changed": 0}
    assert len(lines(database, ticket_id)) == 1


def test_a_relation_that_ends_takes_its_service_along(
    database: Database, estate: Estate, run: Run
) -> None:
    ticket_id = opened(database, estate, estate.san)
    run()
    part(database, estate.reports, estate.db)
    assert run() == {"tickets": 1, "changed": 1}
    assert reached(database, estate, ticket_id) == {"Orders": "down"}
    (line,) = lines(database, ticket_id)
    assert (line["added"], line["removed"]) == ([], [estate.reports])
    # The way is cut twice at once, far from what failed.
    depend(database, estate, estate.reports, estate.app)
    run()
    part(database, estate.app, estate.db)
    part(database, estate.orders, estate.app)
    run()
    assert reached(database, estate, ticket_id) == {}
    assert [one["removed"] for one in lines(database, ticket_id)][-1] == sorted(
        [estate.orders, estate.reports]
    )


def test_a_redundancy_that_is_restored_makes_a_service_stand_again(
    database: Database, estate: Estate, run: Run
) -> None:
    part(database, estate.reports, estate.db)
    pool = GroupMembership("pool")
    depend(database, estate, estate.reports, estate.db, pool)
    ticket_id = opened(database, estate)
    assert reached(database, estate, ticket_id)["Reports"] == "down"
    run()
    depend(database, estate, estate.reports, estate.laptop, pool)
    assert run() == {"tickets": 1, "changed": 1}
    assert reached(database, estate, ticket_id)["Reports"] == "at_risk"
    (line,) = lines(database, ticket_id)
    assert (line["added"], line["removed"], line["at_risk"]) == ([], [], 1)
    # Now both must be up.
    depend(database, estate, estate.reports, estate.laptop, GroupMembership("pool", threshold=2))
    run()
    assert reached(database, estate, ticket_id)["Reports"] == "down"


def test_what_is_taken_out_of_use_passes_nothing_on_any_more(
    database: Database, estate: Estate, run: Run
) -> None:
    ticket_id = opened(database, estate)
    run()
    with database.writing() as session:
        edit_item(session, estate.world.admin, estate.app, {"stage": "in_stock"}, utc_now())
    assert run() == {"tickets": 1, "changed": 1}
    assert reached(database, estate, ticket_id) == {"Reports": "down"}
    with database.writing() as session:
        edit_item(session, estate.world.admin, estate.app, {"stage": "in_use"}, utc_now())
    run()
    assert reached(database, estate, ticket_id) == {"Orders": "down", "Reports": "down"}
    assert [one["added"] for one in lines(database, ticket_id)] == [[], [estate.orders]]


def test_what_people_and_rules_decided_stays(database: Database, estate: Estate, run: Run) -> None:
    impact = {"impact": "minor", "impact_reason": "A test machine"}
    said = opened(database, estate, estate.laptop, **impact)
    ruled = opened(database, estate, estate.laptop)
    with database.writing() as session:
        session.execute(
            update(Ticket).where(Ticket.id == ruled).values(priority=4, ruled_priority=4)
        )
    before = seen(database, said)
    run()
    depend(database, estate, estate.orders, estate.laptop)
    assert run() == {"tickets": 2, "changed": 2}
    after = seen(database, said)
    assert (after.impact, after.impact_overridden) == ("minor", True)
    assert after.priority == before.priority
    assert after.suggested_impact != before.suggested_impact
    assert seen(database, ruled).priority == 4
    assert reached(database, estate, said) == reached(database, estate, ruled) == {"Orders": "down"}


def test_a_ticket_that_is_no_longer_open_stays_as_it_ended(
    database: Database, estate: Estate, run: Run
) -> None:
    ticket_id = opened(database, estate)
    run()
    with database.writing() as session:
        move = actions.MoveDraft("cancelled", "Not needed")
        actions.move_ticket(session, estate.world.agent, ticket_id, move, NOW)
    before = seen(database, ticket_id)
    part(database, estate.reports, estate.db)
    assert run() == {"tickets": 0, "changed": 0}
    after = seen(database, ticket_id)
    assert (after.graph_sequence, after.version) == (before.graph_sequence, before.version)
    assert reached(database, estate, ticket_id) == {"Orders": "down", "Reports": "down"}


def test_a_change_elsewhere_computes_none_of_a_thousand_tickets(
    database: Database, estate: Estate, run: Run
) -> None:
    first = opened(database, estate, estate.reports)
    with database.writing() as session:
        row = session.get_one(Ticket, first)
        columns = [column.key for column in Ticket.__table__.columns if column.key != "id"]
        like = {key: getattr(row, key) for key in columns}
        copies = [like | {"reference": f"INC-{number}"} for number in range(1001, 2001)]
        session.execute(insert(Ticket), copies)
        ids = session.scalars(select(Ticket.id).where(Ticket.id != first)).all()
        named = [{"ticket_id": i, "item_id": estate.reports, "is_cause": False} for i in ids]
        session.execute(insert(AffectedItem), named)
    run()
    depend(database, estate, estate.laptop, estate.app)
    part(database, estate.orders, estate.app)
    assert run() == {"tickets": 0, "changed": 0}
    with database.reading() as session:
        known = select(func.count(Ticket.id)).where(Ticket.graph_sequence == row.graph_sequence)
        assert session.scalar(known) == 1001


def test_two_workers_at_once_write_one_line(database: Database, estate: Estate, run: Run) -> None:
    ids = [opened(database, estate) for _ in range(6)]
    run()
    part(database, estate.reports, estate.db)
    with ThreadPoolExecutor(2) as pool:
        told = [one.result() for one in [pool.submit(run), pool.submit(run)]]
    assert sum(one["changed"] for one in told) == len(ids)
    assert [len(lines(database, one)) for one in ids] == [1] * len(ids)


def test_what_was_cut_off_goes_on_where_it_was(
    database: Database, estate: Estate, run: Run
) -> None:
    ids = [opened(database, estate) for _ in range(4)]
    run()
    part(database, estate.reports, estate.db)
    answers = iter([False, False, False, True])
    with pytest.raises(JobStopped):
        run(lambda: next(answers))
    assert sum(len(lines(database, one)) for one in ids) == 2
    assert run() == {"tickets": 2, "changed": 2}
    assert [len(lines(database, one)) for one in ids] == [1] * len(ids)


def test_a_ticket_that_was_being_opened_meanwhile_is_not_forgotten(
    database: Database, estate: Estate, run: Run
) -> None:
    ticket_id = opened(database, estate)
    old = seen(database, ticket_id).graph_sequence
    run()
    part(database, estate.reports, estate.db)
    run()
    with database.writing() as session:
        # As if it had been computed before the change, and committed after the job had looked.
        session.execute(update(Ticket).values(graph_sequence=old))
    assert run() == {"tickets": 1, "changed": 0}
    assert run() == {"tickets": 0, "changed": 0}


def test_after_some_minutes_changes_are_not_read_again(
    database: Database, estate: Estate, run: Run
) -> None:
    opened(database, estate)
    part(database, estate.reports, estate.db)
    run()
    with database.writing() as session:
        newest = session.scalar(select(func.max(GraphChange.seq))) or 0
        assert session.get_one(SearchMark, "tickets_graph").position < newest
        keep_position(session, newest, datetime.fromisoformat("2999-01-01T00:00:00+00:00"))
    with database.reading() as session:
        assert session.get_one(SearchMark, "tickets_graph").position == newest
    assert run() == {"tickets": 0, "changed": 0}


def test_where_nobody_has_looked_yet_or_the_log_was_let_go_all_older_tickets_are_computed(
    database: Database, estate: Estate, run: Run
) -> None:
    one, two = opened(database, estate), opened(database, estate, estate.laptop)
    part(database, estate.reports, estate.db)
    assert run() == {"tickets": 2, "changed": 1}
    depend(database, estate, estate.reports, estate.laptop)
    depend(database, estate, estate.reports, estate.db)
    with database.writing() as session:
        newest = session.scalar(select(func.max(GraphChange.seq))) or 0
        session.execute(delete(GraphChange).where(GraphChange.seq < newest))
    assert run() == {"tickets": 2, "changed": 2}
    assert reached(database, estate, two) == {"Reports": "down"}
    assert reached(database, estate, one) == {"Orders": "down", "Reports": "down"}
