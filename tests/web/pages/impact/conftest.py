"""The site over an estate with a redundancy group; an arrow points at what suffers.

host-1 ──> db-1 ┐
                ├ 1 of 2 ──> app ──> Orders (tier 0, change manager)
host-2 ──> db-2 ┘             └────> Reports (tier 2)
hall-1 (site), host-1 stands there; secret (in Sales) ──> Reports
"""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from cmdb.observation import GroupMembership
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.actions import ItemDraft, PartyDraft, RelationDraft, create_item, create_relation
from tests.support.people import World, make_world
from tests.support.standing import made, standing
from tests.web.pages.conftest import Browser, Browsers


@dataclass(frozen=True, slots=True)
class Estate:
    """Ids of what stands there."""

    hosts: tuple[int, int]
    databases: tuple[int, int]
    app: int
    orders: int
    reports: int
    site: int
    secret: int


@pytest.fixture
def world(request: pytest.FixtureRequest, database: Database) -> World:
    """Return the small world, written into `database`, with the estate for who asks for it."""
    if "estate" in request.fixturenames:
        return standing(database, _with_estate)[0]
    return standing(database, make_world)


@pytest.fixture
def estate(database: Database, world: World) -> Estate:
    """Return the estate, which stands in `database` beside its world."""
    return made(database, _with_estate)[1]


def _with_estate(session: Session) -> tuple[World, Estate]:
    world = make_world(session)
    put = _Putting(session, world).estate()
    # Writing relations forgets the rows that were read; those of the world are read by tests.
    for row in (world.root, world.operations, world.sales, world.support):
        session.refresh(row)
    return world, put


class _Putting:
    def __init__(self, session: Session, world: World) -> None:
        self._session, self._world = session, world

    def estate(self) -> Estate:
        first, second = (self._item("hypervisor", f"host-{n}") for n in (1, 2))
        one, two = (self._item("database_instance", f"db-{n}") for n in (1, 2))
        app = self._item("virtual_machine", "app")
        orders = self._item("business_service", "Orders", criticality=0)
        reports = self._item("business_service", "Reports", criticality=2)
        site = self._item("site", "hall-1")
        secret = self._item("server", "secret", self._world.sales.id)
        either = GroupMembership("databases", "at_least", 1)
        for database, host in ((one, first), (two, second)):
            self._relate("runs_on", database, host)
            self._relate("depends_on", app, database, either)
        self._relate("located_in", first, site)
        for service in (orders, reports):
            self._relate("depends_on", service, app)
        self._relate("depends_on", reports, secret)
        return Estate((first, second), (one, two), app, orders, reports, site, secret)

    def _item(self, class_code: str, name: str, place: int | None = None, **values: object) -> int:
        owner = (PartyDraft("owner", person_id=self._world.change_manager.person_id),)
        draft = ItemDraft(
            class_code,
            place or self._world.operations.id,
            {"name": name, **values},
            owner if class_code == "business_service" else (),
        )
        return create_item(self._session, self._world.admin, draft, utc_now()).id

    def _relate(
        self, kind: str, start: int, end: int, group: GroupMembership | None = None
    ) -> None:
        draft = RelationDraft(kind, start, end, group)
        create_relation(self._session, self._world.admin, draft, utc_now())


@pytest.fixture
def agent(browser_of: Browsers, world: World) -> Browser:
    """Return the support agent's browser; he sees everything and may count what is hidden."""
    return browser_of(world.agent.person_id)
