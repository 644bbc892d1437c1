"""What a preview says by name: redundancy lost, promises that run into the window, sites."""

from datetime import timedelta

from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership, ItemReference, Observation, Origin, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, LOCATED_IN, PERSON, ClassCode, RelationTypeCode
from server.desk.changes import queries
from server.desk.changes.queries import Plan
from server.desk.sla.models import SlaClock
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.database import Database
from tests.server.desk.changes.planned import END, START
from tests.server.desk.estate import NOW, Estate


def put(database: Database, estate: Estate, class_code: str, name: str) -> int:
    """Add an item that a person describes."""
    seen = Observation(
        origin=Origin(PERSON, name),
        class_code=ClassCode(class_code),
        organisation_id=estate.world.root.id,
        observed_at=NOW,
        values={"name": name},
    )
    with database.writing() as session:
        recorded = Inventory(session, NOW).record(seen)
    assert recorded.item_id is not None, recorded
    return recorded.item_id


def relate(
    database: Database,
    estate: Estate,
    start: int,
    kind: str,
    end: int,
    group: GroupMembership | None = None,
) -> None:
    """Relate two items."""
    ends = (ItemReference(item_id=start), RelationTypeCode(kind), ItemReference(item_id=end))
    with database.writing() as session:
        door = Inventory(session, NOW)
        seen = SeenRelation(ends[1], ends[0], ends[2], group)
        (related,) = door.relate([seen], PERSON, estate.world.root.id)
    assert not related.problems, related


def test_redundancy_lost_and_places_are_named(database: Database, estate: Estate) -> None:
    """{feed-a feed-b | 1} ──> laptop, at Oslo"""
    feeds = [put(database, estate, "pdu", f"feed-{letter}") for letter in "ab"]
    for feed in feeds:
        power = GroupMembership("power", threshold=1.0)
        relate(database, estate, estate.laptop, DEPENDS_ON, feed, power)
    oslo = put(database, estate, "site", "Oslo")
    relate(database, estate, feeds[0], LOCATED_IN, oslo)
    plan = Plan(feeds[:1], estate.world.root.id, window_start=START, window_end=END)
    with database.reading() as session:
        found = queries.preview(session, estate.world.admin, plan)
        told = found.effects
        assert [(one.item.name, one.group, one.remaining, one.last) for one in told.lost] == [
            ("LT-0231", "power", 1.0, True)
        ]
        assert [site.name for site in told.sites] == ["Oslo"]
        hidden = queries.preview(session, estate.world.outsider, plan).effects
        assert (list(hidden.lost), list(hidden.sites)) == ([], [])
    both = Plan(feeds, estate.world.root.id, window_start=START, window_end=END)
    with database.reading() as session:
        # What does not hold is no redundancy lost: it is down, and said so.
        assert queries.preview(session, estate.world.admin, both).effects.lost == []


def test_promises_that_still_run_when_the_window_opens_are_told(
    database: Database, estate: Estate
) -> None:
    with database.writing() as session:
        draft = TicketDraft("Reports are slow", affected_item_ids=(estate.reports,))
        ticket = open_ticket(session, estate.world.agent, draft, NOW)
        reference, ticket_id = ticket.reference, ticket.id
    # Its clocks begin with the commit.
    with database.writing() as session:
        clocks = session.query(SlaClock).filter_by(ticket_id=ticket_id).all()
        ends = {"respond": START - timedelta(minutes=5), "resolve": END - timedelta(minutes=5)}
        for clock in clocks:
            clock.due_at = ends.get(clock.measure)
    plan = Plan([estate.db], estate.world.root.id, window_start=START, window_end=END)
    with database.reading() as session:
        found = queries.preview(session, estate.world.admin, plan).effects.promises
        assert [(one.ticket.reference, one.measure, one.ends_inside) for one in found] == [
            (reference, "resolve", True)
        ]
        assert not queries.preview(session, estate.world.outsider, plan).effects.promises
        elsewhere = Plan([estate.laptop], 1, window_start=START, window_end=END)
        assert not queries.preview(session, estate.world.admin, elsewhere).effects.promises


def test_an_item_retired_meanwhile_breaks_nothing_and_is_named_as_outside(
    database: Database, estate: Estate
) -> None:
    gone = Observation(
        origin=Origin(PERSON, "san-1"),
        class_code=ClassCode("storage_array"),
        organisation_id=estate.world.root.id,
        observed_at=NOW,
        values={"stage": "retired"},
        item_id=estate.san,
    )
    plan = Plan([estate.san, estate.db], estate.world.root.id, window_start=START, window_end=END)
    with database.writing() as session:
        Inventory(session, NOW).record(gone)
    with database.reading() as session:
        found = queries.preview(session, estate.world.admin, plan)
        assert found.impact.outside == (estate.san,)
        assert {row.item.name for row in found.impact.services} == {"Orders", "Reports"}
    alone = Plan([estate.san], estate.world.root.id, window_start=START, window_end=END)
    with database.reading() as session:
        found = queries.preview(session, estate.world.admin, alone)
        assert (found.impact.outside, found.impact.services) == ((estate.san,), ())
