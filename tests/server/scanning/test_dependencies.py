"""From what devices say to which services suffer: uplinks, gateways, networks, and how they end."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import ItemReference, Observation, Origin, Section, SeenRelation
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.vocabulary import AGENT, DEPENDS_ON, REST, ClassCode
from discovery.findings import AddressFinding, DeviceFindings, StandbyFinding, SystemFinding
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import stop_pool
from server.foundation.settings import Settings
from server.items.deriving.explaining import explain_relation
from server.items.deriving.jobs import run_derivation
from server.items.impact import answer_impact
from server.scanning.mapping import run_topology
from server.scanning.recording import record_device
from tests.discovery.topology.drawing import device, lldp, mac
from tests.support.people import World

_CARD = 77


@pytest.fixture(autouse=True, scope="module")
def _children_end() -> Iterator[None]:
    yield
    stop_pool()


class Office:
    r"""An office as it is visited, with a machine that reports itself and a service on it.

    core-1 ═════ core-2      one network, 10.0.1.254 held in turns
        \         /
         \       /
          access ── web-1 ◁── Shop
    """

    def __init__(self, database: Database, settings: Settings, world: World) -> None:
        self.database, self.settings, self.world = database, settings, world
        self.ids = {name: self.visit(found) for name, found in _devices()}
        card = {
            "name": "eth0",
            "mac": mac(_CARD),
            "up": True,
            "addresses": [{"address": "10.0.1.20", "prefix_length": 24}],
        }
        self.ids["web-1"] = self._tell("web-1", "server", Section("interfaces", "1", [card]))
        self.ids["Shop"] = self._tell("Shop", "business_service")
        shop, web = (ItemReference(item_id=self.ids[name]) for name in ("Shop", "web-1"))
        with database.writing() as session:
            door = Inventory(session, utc_now())
            door.relate([SeenRelation(DEPENDS_ON, shop, web)], REST, world.root.id)

    def visit(self, found: DeviceFindings) -> int:
        """Record what a device said at a visit."""
        with self.database.writing() as session:
            recorded = record_device(session, found, self.world.root.id, Author(), utc_now())
            assert recorded.item_id is not None
            return recorded.item_id

    def _tell(self, name: str, class_code: str, *sections: Section) -> int:
        seen = Observation(
            Origin(AGENT, name),
            ClassCode(class_code),
            self.world.root.id,
            utc_now(),
            values={"name": name},
            sections=sections,
        )
        with self.database.writing() as session:
            recorded = Inventory(session, utc_now()).record(seen)
            assert recorded.item_id is not None
            return recorded.item_id

    def derive(self) -> None:
        """Do what the jobs do after a sweep."""
        run_topology(JobContext(self.database, self.settings, {}))
        run_derivation(JobContext(self.database, self.settings, {}))

    def relations(self, verb: str) -> dict[tuple[str, str], str]:
        """Return the derived relations of a type in words, with the name of their group."""
        with self.database.reading() as session:
            names = {item.id: item.name for item in session.scalars(select(Item))}
            groups = {one.id: one.name for one in session.scalars(select(RedundancyGroup))}
            rows = session.scalars(
                select(Relation).where(Relation.type_code == verb, Relation.valid_to.is_(None))
            )
            return {
                (names[row.start_id], names[row.end_id]): groups.get(row.group_id or 0, "")
                for row in rows
            }

    def shop_when(self, *names: str) -> str:
        """Return the state of the service when these fail together."""
        with self.database.reading() as session:
            failed: Sequence[int] = [self.ids[name] for name in names]
            answer = answer_impact(session, self.world.admin, failed)
            return next((r.state.name for r in answer.rows if r.item.name == "Shop"), "UP")


def _devices() -> list[tuple[str, DeviceFindings]]:
    cores = []
    for number in (1, 2):
        other = 3 - number
        drawn = device(
            f"core-{number}",
            own=number,
            ports=("ge1", "ge2", "vlan10", "vlan20"),
            seen=(lldp(1, 3, f"ge{number}"), lldp(2, other, "ge2")),
            addresses=(
                AddressFinding(3, f"10.0.1.{number}", 24),
                AddressFinding(4, f"10.0.{number}0.1", 24),
            ),
            standbys=(StandbyFinding("vrrp", 3, 7, "10.0.1.254", active=number == 1),),
        ).findings
        system = replace(drawn.system, forwards=True, services=6)
        cores.append((f"core-{number}", replace(drawn, system=system)))
    access = device(
        "access",
        own=3,
        ports=("ge1", "ge2", "ge3", "ge4", "ge5"),
        seen=(lldp(1, 1, "ge1"), lldp(2, 2, "ge1")),
        learnt={3: (_CARD,)},
    ).findings
    return [*cores, ("access", access)]


@pytest.fixture
def office(database: Database, settings: Settings, world: World) -> Office:
    """Return the office, derived once."""
    office = Office(database, settings, world)
    office.derive()
    return office


def test_from_cables_and_shared_addresses_it_follows_which_service_falls_with_what(
    office: Office, database: Database, world: World
) -> None:
    assert office.relations("uplinks_to") == {
        ("access", "core-1"): "uplinks",
        ("access", "core-2"): "uplinks",
        ("web-1", "access"): "",
    }
    ways = office.relations("routes_via")
    assert {pair: group for pair, group in ways.items() if pair[0] == "10.0.1.0/24"} == {
        ("10.0.1.0/24", "core-1"): "gateways",
        ("10.0.1.0/24", "core-2"): "gateways",
    }
    assert office.relations("contains") == {("10.0.1.0/24", "web-1"): ""}
    told = {
        names: office.shop_when(*names)
        for names in (("core-1",), ("core-1", "core-2"), ("access",))
    }
    assert told == {("core-1",): "AT_RISK", ("core-1", "core-2"): "DOWN", ("access",): "DOWN"}
    with database.reading() as session:
        row = session.scalar(select(Relation).where(Relation.type_code == "routes_via"))
        assert row is not None
        found = explain_relation(session, world.admin, row.id)
        assert (found.rule_code, found.seen[0]["proof"]) == ("gateway", "vrrp")
        assert found.fades_at is not None


def test_what_is_cabled_no_more_is_an_uplink_for_some_days_and_then_no_more(
    office: Office, database: Database
) -> None:
    """The access switch loses its second cable; a core switch hands on nothing any more."""
    name, access = _devices()[2]
    office.ids[name] = office.visit(replace(access, neighbours=access.neighbours[:1]))
    gone = _devices()[1][1]
    silent = SystemFinding(name="core-2", bridge_mac=mac(2))
    office.visit(replace(gone, neighbours=(), system=silent, standbys=(), addresses=()))
    office.derive()
    assert ("access", "core-2") in office.relations("uplinks_to")
    _let_pass(database, utc_now() - timedelta(days=8))
    office.derive()
    assert office.relations("uplinks_to") == {
        ("access", "core-1"): "",
        ("core-2", "core-1"): "",
        ("web-1", "access"): "",
    }
    ways = office.relations("routes_via")
    assert [pair for pair in ways if pair[0] == "10.0.1.0/24"] == [("10.0.1.0/24", "core-1")]


def _let_pass(database: Database, moment: datetime) -> None:
    with database.writing() as session:
        session.execute(update(Relation).values(last_seen_at=moment))


def test_a_network_that_somebody_entered_stays_that_item_and_keeps_its_name(
    database: Database, settings: Settings, world: World
) -> None:
    mine = Observation(
        Origin(REST, "office"),
        ClassCode("ip_network"),
        world.root.id,
        utc_now(),
        values={"name": "Office LAN", "prefix": "10.0.1.0/24"},
    )
    with database.writing() as session:
        item_id = Inventory(session, utc_now()).record(mine).item_id
    office = Office(database, settings, world)
    office.derive()
    office.derive()
    ways = [pair for pair in office.relations("routes_via") if pair[0] == "Office LAN"]
    assert ways == [("Office LAN", "core-1"), ("Office LAN", "core-2")]
    with database.reading() as session:
        item = session.get_one(Item, item_id)
        assert (item.name, item.attributes["gateway"]) == ("Office LAN", "10.0.1.254")
        names = session.scalars(select(Item.name).where(Item.class_code == "ip_network"))
        assert sorted(names) == ["10.0.10.0/24", "10.0.20.0/24", "Office LAN"]
