"""All collisions of some days at once: the same that each change is told of, two by two."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership, ItemReference, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, PERSON
from server.desk.changes.models import Change
from server.desk.changes.queries import CalendarCollisions, Narrowed, collisions_between
from server.desk.changes.queries.collisions import meetings_of
from server.desk.changes.queries.foresight import claim_of
from server.desk.changes.queries.plan import plan_of
from server.desk.changes.rules.windows import Period
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor
from tests.server.desk.changes.planned import END, START, asked
from tests.server.desk.estate import NOW, Estate, put_many

DAYS = Period(NOW, NOW + timedelta(days=7))
HOUR = timedelta(hours=1)


def nodes_of(database: Database, estate: Estate) -> list[int]:
    """Give the application two nodes, of which it needs one."""
    with database.writing() as session:
        nodes = put_many(session, estate, 2)
        group = GroupMembership("nodes", "at_least", 1)
        app = ItemReference(item_id=estate.app)
        legs = [SeenRelation(DEPENDS_ON, app, ItemReference(item_id=i), group=group) for i in nodes]
        Inventory(session, NOW).relate(legs, PERSON, estate.world.root.id)
    return nodes


def seen(
    database: Database, actor: Actor, days: Period = DAYS, narrowed: Narrowed | None = None
) -> CalendarCollisions:
    """Return the collisions of some days with what they name loaded."""
    with database.reading() as session:
        return collisions_between(session, actor, days, narrowed)


def test_changes_collide_by_item_by_service_by_person_and_only_together(
    database: Database, estate: Estate
) -> None:
    one, two = nodes_of(database, estate)
    agent = estate.world.agent
    first = asked(database, estate, one)
    second = asked(database, estate, two, window_start=START + HOUR)
    third = asked(database, estate, two, estate.san, window_start=END - HOUR, window_end=END + HOUR)
    late = {"window_start": END, "window_end": END + 2 * HOUR}
    by: dict[str, Any] = {"implementer_id": agent.person_id, **late}
    fourth = asked(database, estate, estate.laptop, **by)
    fifth = asked(database, estate, one, **by)
    later: dict[str, Any] = {"window_start": END + 24 * HOUR, "window_end": END + 25 * HOUR}
    sixth = asked(database, estate, estate.app, **later)
    seventh = asked(database, estate, estate.db, **later)
    found = seen(database, agent)
    told = {
        (pair.first.reference, pair.second.reference): (
            [item.id for item in pair.items],
            [item.name for item in pair.services],
            [item.name for item in pair.only_together],
            pair.same_implementer,
        )
        for pair in found.pairs
    }
    assert told == {
        (first, second): ([], [], ["Orders"], False),
        # The storage takes both services down by itself: nothing is lost only together.
        (second, third): ([two], [], [], False),
        (fourth, fifth): ([], [], [], True),
        (sixth, seventh): ([], ["Orders"], [], False),
    }
    assert (found.more, found.cut) == (0, False)


def test_pairs_are_told_by_the_time_they_share(database: Database, estate: Estate) -> None:
    early = asked(database, estate, estate.app)
    late = asked(database, estate, estate.app, window_start=START + HOUR, window_end=END + HOUR)
    agent = estate.world.agent
    (pair,) = seen(database, agent).pairs
    assert (pair.first.reference, pair.second.reference) == (early, late)
    assert (pair.shared.start, pair.shared.end) == (START + HOUR, END)
    assert seen(database, agent, Period(NOW, START + HOUR)).pairs == []
    assert len(seen(database, agent, Period(END - HOUR, END)).pairs) == 1


def test_a_calendar_narrowed_to_a_service_tells_of_changes_that_hit_it(
    database: Database, estate: Estate
) -> None:
    asked(database, estate, estate.app)
    asked(database, estate, estate.app)
    agent = estate.world.agent
    assert len(seen(database, agent, narrowed=Narrowed(service_id=estate.orders)).pairs) == 1
    assert seen(database, agent, narrowed=Narrowed(service_id=estate.reports)).pairs == []


def test_a_pair_with_a_change_out_of_sight_is_only_counted_and_only_for_whom_may_count(
    database: Database, estate: Estate
) -> None:
    asked(database, estate, estate.app)
    asked(database, estate, estate.app)
    outsider = seen(database, estate.world.outsider)
    assert (outsider.pairs, outsider.hidden) == ([], 1)
    reader = seen(database, estate.world.reader)
    assert (len(reader.pairs), reader.hidden) == (1, None)
    with pytest.raises(PermissionDenied):
        seen(database, estate.world.requester)


def test_the_calendar_tells_what_each_change_is_told(database: Database, estate: Estate) -> None:
    """Whatever stands in the calendar: the pairs are what ``meetings_of`` says of each change."""
    items = [*nodes_of(database, estate), estate.san, estate.db, estate.app, estate.laptop]
    drawn = Random(20)
    people = [estate.world.agent.person_id, estate.world.change_manager.person_id, None]
    for _ in range(14):
        start = START + drawn.randrange(6) * HOUR
        asked(
            database,
            estate,
            *drawn.sample(items, drawn.choice((1, 1, 2))),
            implementer_id=drawn.choice(people),
            window_start=start,
            window_end=start + drawn.randrange(1, 4) * HOUR,
        )
    with database.reading() as session:
        found = collisions_between(session, estate.world.admin, DAYS)
        by_pair = {
            frozenset((pair.first.id, pair.second.id)): (
                {item.id for item in pair.items},
                {item.id for item in pair.services},
                {item.id for item in pair.only_together},
                pair.same_implementer,
            )
            for pair in found.pairs
        }
        assert by_pair == _told_one_by_one(session)
    assert found.hidden == 0
    assert len(by_pair) > 10


def _told_one_by_one(session: Session) -> dict[frozenset[int], object]:
    return {
        frozenset((change.id, met.change_id)): (
            set(met.items),
            set(met.services),
            set(met.only_together),
            met.same_implementer,
        )
        for change in session.scalars(select(Change))
        for met in meetings_of(session, claim_of(plan_of(session, change)))
    }
