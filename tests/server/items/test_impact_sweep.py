"""The nightly sweep: what each single failure takes down, stored, stamped and told by sight."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from cmdb.errors import ItemNotFound
from cmdb.records.relations import current_sequence
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext, JobStopped
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from server.items.impacts.group_losses import ranked_groups
from server.items.impacts.models import (
    BlastRow,
    GroupLoss,
    ImpactSweep,
    ServiceStanding,
    SinglePoint,
)
from server.items.impacts.queries import (
    Stored,
    latest_sweep,
    riskiest_items,
    services_without_redundancy,
    single_points_of,
    weakest_services,
)
from server.wiring import JOBS
from tests.server.items.rest import Callers
from tests.support.people import World


class Estate:
    """Two services; `shop` has two web servers to choose from, `mail` stands on one machine.

    ::

        rack <- host <- web1 ─┐
                              ├─(web, one of two) <- shop (tier 0)
                rack2 <- web2 ┘
        host <- mail (tier 2)
    """

    def __init__(self, callers: Callers, world: World) -> None:
        admin, ours, theirs = callers.admin, world.operations.id, world.sales.id
        self.rack = admin.create("rack", organisation_id=ours)
        self.rack2 = admin.create("rack2", organisation_id=theirs)
        self.host = admin.create("host", organisation_id=ours)
        self.web1 = admin.create("web1", organisation_id=ours)
        self.web2 = admin.create("web2", organisation_id=theirs)
        service = "business_service"
        self.shop = admin.create("shop", service, organisation_id=ours, criticality=0)
        self.mail = admin.create("mail", service, organisation_id=ours, criticality=2)
        for dependant, provider in (
            (self.host, self.rack),
            (self.web1, self.host),
            (self.web2, self.rack2),
            (self.mail, self.host),
        ):
            admin.relate("depends_on", dependant, provider)
        for replica in (self.web1, self.web2):
            admin.relate("depends_on", self.shop, replica, group={"name": "web"})


@pytest.fixture
def estate(callers: Callers, world: World) -> Estate:
    return Estate(callers, world)


def sweep_now(database: Database, tmp_path: Path, **more: Any) -> Any:
    return JOBS["impact.sweep"].run(JobContext(database, Settings(home=tmp_path), {}, **more))


def told(found: Stored[Any]) -> list[tuple[Any, ...]]:
    return [
        (row.item.name, *(getattr(row, n) for n in row.__slots__ if n != "item"))
        for row in found.rows
    ]


def of(database: Database, query: Any, actor: Actor, *more: Any) -> Any:
    with database.reading() as session:
        return query(session, actor, *more)


def test_before_the_first_night_nothing_is_known(
    database: Database, world: World, estate: Estate
) -> None:
    for query, more in (
        (riskiest_items, ()),
        (services_without_redundancy, ()),
        (weakest_services, ()),
        (single_points_of, (estate.shop,)),
    ):
        found = of(database, query, world.admin, *more)
        assert (found.stamp, list(found.rows), found.hidden) == (None, [], None)


def test_what_each_item_takes_along_is_ranked(
    database: Database, world: World, estate: Estate, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    found = of(database, riskiest_items, world.admin)
    # The shop survives either web server, so that it counts in no blast but its own.
    assert told(found) == [("rack", 4, 1), ("host", 3, 1), ("rack2", 2, 0)]
    by_services = of(database, riskiest_items, world.admin, 1, "services")
    assert {row.services for row in by_services.rows} == {1}
    assert by_services.next_cursor is not None


def test_what_the_loss_of_a_whole_redundancy_takes_along_is_ranked(
    database: Database, world: World, estate: Estate, callers: Callers, tmp_path: Path
) -> None:
    admin = callers.admin
    for replica in (estate.rack, estate.rack2):
        admin.relate("depends_on", estate.mail, replica, group={"name": "power"})
    till = admin.create("till", organisation_id=world.sales.id)
    for replica in (estate.web1, estate.web2):
        admin.relate("depends_on", till, replica, group={"name": "near"})
    with database.reading() as session:
        assert ranked_groups(session, world.admin, PageRequest("-down")) == Stored(None)
    sweep_now(database, tmp_path)

    def seen(actor: Actor, sort: str, limit: int = 50) -> list[tuple[Any, ...]]:
        with database.reading() as session:
            found = ranked_groups(session, actor, PageRequest(sort, limit=limit))
            return [
                (
                    row.item.name,
                    row.group,
                    row.alike,
                    [one.name for one in row.members],
                    row.down,
                    row.services,
                )
                for row in found.rows
            ]

    # With both racks everything falls; with both web servers the shop and the till do.
    power = ("mail", "power", 1, ["rack", "rack2"], 8, 2)
    web = ("shop", "web", 2, ["web1", "web2"], 4, 1)
    assert seen(world.admin, "-down") == [power, web]
    assert seen(world.admin, "services") == [web, power]
    assert seen(world.admin, "-services", limit=1) == [power]
    # A support agent of sales sees their till and their half of what it stands on.
    assert seen(world.outsider, "-down") == [("till", "near", 1, ["web2"], 4, 1)]
    # A reader sees everything and is told no numbers.
    assert ("shop", "web", 2, ["web1", "web2"], None, None) in seen(world.reader, "-down")


def test_the_single_points_of_a_service_are_told_widest_first(
    database: Database, world: World, estate: Estate, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    assert told(of(database, single_points_of, world.admin, estate.mail)) == [
        ("rack", 4, 1),
        ("host", 3, 1),
    ]
    assert told(of(database, single_points_of, world.admin, estate.shop)) == []


def test_services_that_anything_takes_down_are_without_redundancy(
    database: Database, world: World, estate: Estate, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    assert told(of(database, services_without_redundancy, world.admin)) == [("mail", 2, 2, False)]
    assert told(of(database, weakest_services, world.admin)) == [("mail", 2, 2, False)]


def test_an_answer_says_how_old_it_is(
    database: Database, world: World, estate: Estate, callers: Callers, tmp_path: Path
) -> None:
    began = utc_now()
    sweep_now(database, tmp_path)
    with database.reading() as session:
        fresh, now = latest_sweep(session), current_sequence(session)
    assert fresh is not None
    assert (fresh.sequence, fresh.behind) == (now, 0)
    assert began <= fresh.built_at <= utc_now()
    callers.admin.relate("depends_on", estate.mail, estate.rack2)
    with database.reading() as session:
        aged = latest_sweep(session)
        moved = current_sequence(session) - now
    assert aged is not None
    assert (aged.sequence, aged.behind) == (now, moved)
    assert moved > 0


def test_a_new_night_replaces_the_old_one(
    database: Database, world: World, estate: Estate, callers: Callers, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    callers.admin.relate("depends_on", estate.mail, estate.rack2)
    with time_machine.travel(utc_now() + timedelta(days=1), tick=True):
        sweep_now(database, tmp_path)
    assert ("rack2", 3, 1) in told(of(database, riskiest_items, world.admin))
    with database.reading() as session:
        for entity in (SinglePoint, BlastRow, ServiceStanding, GroupLoss):
            assert len(set(session.scalars(select(entity.sweep_id)))) == 1
        assert session.scalar(select(func.count()).select_from(ImpactSweep)) == 1


def test_a_sweep_that_was_stopped_is_not_believed_and_cleared_later(
    database: Database, world: World, estate: Estate, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    before = told(of(database, riskiest_items, world.admin))
    with pytest.raises(JobStopped):
        sweep_now(database, tmp_path, cancelled=lambda: True)
    assert told(of(database, riskiest_items, world.admin)) == before
    sweep_now(database, tmp_path)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ImpactSweep)) == 1


def test_items_out_of_sight_are_left_out_and_only_some_may_count(
    database: Database, world: World, estate: Estate, tmp_path: Path
) -> None:
    sweep_now(database, tmp_path)
    # A support agent of sales: sees rack2 and web2, and may count what is hidden.
    assert told(of(database, riskiest_items, world.outsider)) == [("rack2", 2, 0)]
    with database.reading() as session, pytest.raises(ItemNotFound):
        single_points_of(session, world.outsider, estate.mail)
    assert of(database, single_points_of, world.admin, estate.mail).hidden == 0
    # A reader sees everything and is told no numbers.
    found = of(database, riskiest_items, world.reader)
    assert told(found)[0] == ("rack", None, None)
    assert of(database, single_points_of, world.reader, estate.mail).hidden is None


def test_an_empty_estate_is_swept_too(database: Database, world: World, tmp_path: Path) -> None:
    assert sweep_now(database, tmp_path)["pairs"] == 0
    assert of(database, riskiest_items, world.admin).stamp is not None
