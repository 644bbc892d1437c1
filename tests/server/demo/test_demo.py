"""The demo company comes through the doors, is always the same, and leaves nothing behind."""

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.records.identity import IdentityReview
from cmdb.records.items import Item
from cmdb.records.parties import Organisation
from cmdb.records.sources import ItemSource, QuarantinedValue
from server.demo.company import CODE, SERVICES, SITES, TEAMS
from server.demo.desk import ticket_moments
from server.demo.estate import draw_estate
from server.demo.loading import SEED, DemoLoaded, DemoRefused, load_demo
from server.demo.purging import purge_organisation
from server.demo.sketch import Sketch
from server.desk.changes.models import Change
from server.desk.ordering.models import ServiceOrder
from server.desk.tickets.models import AffectedService
from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.foundation.permissions import system_actor
from server.foundation.progress import SilentReporter
from server.items.impact import answer_impact
from server.migrations.runner import LosesData, Migrations
from server.people.actions.installation import create_first_administrator
from server.wiring import REACTIONS
from tests.support.contents import content_hashes, row_counts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: What a purge may not unsay: the sequence of the graph, reference numbers given, acts recorded.
MEMORY = {"graph_change", "reference_counter", "audit_entry", "sqlite_sequence"}

_FIRST = "0001"
#: What a way down says it loses although its table is an old one: the graph's past (0004).
_TOLD_LOST = {"graph_change"}
#: Tables of the register that no revision so far has given or taken a column.
_UNCHANGED = {"item", "item_value", "relation", "history_entry"}


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Yield a migrated database with its first administrator."""
    Migrations(empty_database_url).upgrade()
    database = Database(empty_database_url, REACTIONS)
    with database.writing() as session:
        create_first_administrator(session, "Example", NOW)
    yield database
    database.dispose()


def _load(database: Database) -> DemoLoaded:
    return load_demo(database, NOW, SilentReporter())


def test_it_fills_an_estate_survives_every_revision_and_a_purge_takes_exactly_it_away(
    database: Database, empty_database_url: str
) -> None:
    """One long story, because loading takes a while."""
    before = content_hashes(database.engine)
    loaded = _load(database)
    assert 1_900 <= loaded.items <= 2_100
    assert loaded.people > 800
    assert loaded.tickets > 400
    _check_estate(database)
    _go_down_and_up(database, Migrations(empty_database_url))
    with database.writing() as session:
        assert purge_organisation(session, CODE) == loaded.items
    after = content_hashes(database.engine)
    assert {n: h for n, h in after.items() if n not in MEMORY} == {
        n: h for n, h in before.items() if n not in MEMORY
    }


def _go_down_and_up(database: Database, migrations: Migrations) -> None:
    """Go below each revision and up again: what loses something refuses first, and does no more."""
    before = row_counts(database.engine), content_hashes(database.engine)
    database.dispose()
    refused = False
    for step in migrations.script().walk_revisions():
        below = str(step.down_revision or "base")
        # Whatever stands above a revision goes down with it.
        refused = refused or bool(step.module.LOSES)
        if refused:
            with pytest.raises(LosesData):
                migrations.downgrade(below)
        else:
            migrations.downgrade(below)
            migrations.upgrade()
    assert _differing(before[0], row_counts(database.engine)) == {}
    assert _differing(before[1], content_hashes(database.engine)) == {}
    migrations.downgrade(_FIRST, lose=True)
    oldest = row_counts(database.engine)
    database.dispose()
    migrations.upgrade()
    found = row_counts(database.engine), content_hashes(database.engine)
    # What was there from the beginning comes through all of them; the register unchanged.
    assert _differing(before[0], found[0], oldest.keys() - _TOLD_LOST) == {}
    assert _differing(before[1], found[1], _UNCHANGED) == {}


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Collection[str] = ()
) -> dict[str, tuple[Any, Any]]:
    """Return (before, after) of the tables that differ, of all when none is named."""
    asked = names or before.keys() | after.keys()
    return {
        name: (before.get(name), after.get(name))
        for name in sorted(asked)
        if before.get(name) != after.get(name)
    }


def _check_estate(database: Database) -> None:
    with database.reading() as session:
        ordered = session.scalars(select(ServiceOrder.state)).all()
        assert sorted(ordered) == ["approval"] * 2 + ["done"] + ["fulfilment"] * 2 + ["rejected"]
        assert session.scalar(select(func.count()).select_from(QuarantinedValue)) == 0
        assert session.scalar(select(func.count()).select_from(IdentityReview)) == 0
        # People who do not exist are not written to.
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        states = set(session.scalars(select(Change.state)))
        assert {"closed", "scheduled", "approval", "draft"} <= states
        assert session.scalar(select(func.count()).select_from(AffectedService)) != 0
        services = session.scalars(select(Item.name).where(Item.class_code == "business_service"))
        assert set(services) == {plan.name for plan in SERVICES}
        core = _item(session, "ber-core-1")
        both = answer_impact(session, system_actor("test"), [core, _item(session, "ber-core-2")])
        alone = answer_impact(session, system_actor("test"), [core])
        # Redundancy holds against one core switch and not against both.
        assert {row.state.text for row in alone.services} <= {"at_risk"}
        assert "down" in {row.state.text for row in both.services}


def _item(session: Session, key: str) -> int:
    query = select(ItemSource.item_id).where(ItemSource.key == key)
    return session.execute(query).scalar_one()


def test_it_is_not_loaded_twice(database: Database) -> None:
    with database.writing() as session:
        session.add(Organisation(code=CODE, name="Halden Foods", parent_id=1, created_at=NOW))
    with pytest.raises(DemoRefused, match="already"):
        _load(database)


def test_it_is_the_same_company_every_time() -> None:
    assert _drawing() == _drawing()


def _drawing() -> list[object]:
    chance = random.Random(SEED)
    sketch = Sketch(1, NOW, chance)
    teams = {name: number for number, (name, _) in enumerate(TEAMS, start=1)}
    draw_estate(sketch, teams, {plan.code: list(range(1, plan.desks)) for plan in SITES})
    return [sketch.observations, sketch.relations, ticket_moments(NOW, chance)]
