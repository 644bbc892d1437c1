"""What a controller tells of access points and clients, and a switch of the optics in its ports."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import Observation, Origin, Section
from cmdb.vocabulary import AGENT, ClassCode
from discovery.findings import (
    AccessPointFinding,
    DeviceFindings,
    EntityFinding,
    EntityPortFinding,
    InterfaceFinding,
    ProbeOutcome,
    ProbeState,
    SensorFinding,
    StationFinding,
    SystemFinding,
)
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Actor
from server.scanning import network, wireless
from server.scanning.recording import record_device
from tests.support.people import World

Asked = Callable[[Session, Actor, int, PageRequest], Page[Any]]

_LAPTOP, _PHONE = "00:1b:21:00:00:71", "00:1b:21:00:00:72"
_CONTROLLER = DeviceFindings(
    "10.67.0.1",
    161,
    "office",
    "2c",
    system=SystemFinding(object_id="1.3.6.1.4.1.9.1.1069", name="wlc-1", services=2),
    entities=(
        EntityFinding(1, "chassis", serial="FOC0067X1Y2", model="AIR-CT5508"),
        EntityFinding(
            2, "module", parent=1, description="1000BaseSX SFP", model="GLC-SX", serial="FNS67A"
        ),
        EntityFinding(3, "port", parent=2, name="Gi1"),
        EntityFinding(4, "sensor", parent=2, name="Gi1 Receive Power Sensor"),
    ),
    entity_ports=(EntityPortFinding(3, 1),),
    sensors=(SensorFinding(4, "dbm", -4.56),),
    interfaces=(
        InterfaceFinding(1, "Gi1", type=6, mac="00:1b:67:00:00:01", up=True),
        InterfaceFinding(2, "Gi2", type=6, mac="00:1b:67:00:00:02", up=True),
    ),
    access_points=(
        AccessPointFinding("00:1b:67:00:01:00", "hall-2", "10.67.1.2", "Cisco", "AIR-AP", "KWC2"),
        AccessPointFinding("00:1b:67:00:02:00", "hall-1", "10.67.1.1", "Cisco", "AIR-AP", "KWC1"),
    ),
    stations=(
        StationFinding(_PHONE, "phone", "10.67.9.2", "00:1b:67:00:02:00", "guests"),
        StationFinding(_LAPTOP, "", "10.67.9.1", "10.67.1.1", "office"),
    ),
    outcomes=tuple(
        ProbeOutcome(probe, ProbeState.DONE, 1)
        for probe in ("system", "entities", "interfaces", "addresses")
    ),
)


@pytest.fixture
def controller(database: Database, world: World) -> int:
    """Record a laptop, which its agent knows, and the controller; return the controller's id."""
    card = [{"name": "wlan0", "mac": _LAPTOP, "type": "wireless", "up": True, "addresses": []}]
    seen = Observation(
        Origin(AGENT, "laptop"),
        ClassCode("server"),
        world.sales.id,
        utc_now(),
        values={"name": "laptop"},
        sections=(Section("interfaces", "d1", card),),
    )
    with database.writing() as session:
        Inventory(session, utc_now()).record(seen)
        recorded = record_device(
            session, _CONTROLLER, world.root.id, Author(None, "test"), utc_now()
        )
        assert recorded.item_id is not None
        return recorded.item_id


def _told(session: Session, world: World, item_id: int) -> wireless.Wireless:
    return wireless.wireless_of(session, world.admin, item_id)


def test_a_client_is_the_machine_that_has_its_address_and_hangs_on_a_named_access_point(
    database: Database, world: World, controller: int
) -> None:
    with database.reading() as session:
        told = _told(session, world, controller)
        assert [(one.told.name, one.stations) for one in told.access_points] == [
            ("hall-1", 2),
            ("hall-2", 0),
        ]
        clients = {one.told.mac: one for one in told.stations}
        assert {one.access_point for one in clients.values()} == {"hall-1"}
        assert clients[_PHONE].item is None
        found = clients[_LAPTOP].item
        assert found is not None
        assert found[1] == "laptop"
        assert told.station_count == 2


def test_who_does_not_see_the_controller_is_told_nothing_of_it(
    database: Database, world: World, controller: int
) -> None:
    with database.reading() as session:
        told = wireless.wireless_of(session, world.outsider, controller)
        assert told == wireless.Wireless()


def test_the_optic_of_a_port_is_told_with_what_it_measures(
    database: Database, world: World, controller: int
) -> None:
    with database.reading() as session:
        first, second = network.ports_of(session, world.admin, controller)
    assert second.transceiver is None
    optic = first.transceiver
    assert optic is not None
    assert (optic.model, optic.serial, optic.received_dbm) == ("GLC-SX", "FNS67A", -4.56)


def _all(database: Database, ask: Asked, actor: Actor, item_id: int) -> list[Any]:
    """Read a list over pages of one row."""
    found: list[Any] = []
    cursor = ""
    while True:
        with database.reading() as session:
            page = ask(session, actor, item_id, PageRequest(cursor=cursor, limit=1))
        assert len(page.rows) <= 1
        found += page.rows
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def test_pages_hold_all_that_the_device_s_own_page_shows(
    database: Database, world: World, controller: int
) -> None:
    with database.reading() as session:
        told = _told(session, world, controller)
        ports = network.ports_of(session, world.admin, controller)
    assert _all(database, network.page_ports, world.admin, controller) == ports
    points = _all(database, wireless.page_access_points, world.admin, controller)
    assert points == sorted(told.access_points, key=lambda one: one.told.mac)
    stations = _all(database, wireless.page_stations, world.admin, controller)
    assert stations == sorted(told.stations, key=lambda one: one.told.mac)


@pytest.mark.parametrize(
    "ask", [network.page_ports, wireless.page_access_points, wireless.page_stations]
)
def test_a_device_out_of_sight_has_no_pages_and_a_damaged_cursor_is_named(
    database: Database, world: World, controller: int, ask: Asked
) -> None:
    with database.reading() as session:
        with pytest.raises(ItemNotFound):
            ask(session, world.outsider, controller, PageRequest())
        with pytest.raises(PermissionDenied):
            ask(session, world.nobody, controller, PageRequest())
        with pytest.raises(InvalidValue) as refused:
            ask(session, world.admin, controller, PageRequest(cursor="x"))
        assert "cursor" in refused.value.fields


def test_a_cursor_of_another_list_is_refused(
    database: Database, world: World, controller: int
) -> None:
    with database.reading() as session:
        other = network.page_ports(session, world.admin, controller, PageRequest(limit=1))
        assert other.next_cursor is not None
        asked = PageRequest(cursor=other.next_cursor)
        with pytest.raises(InvalidValue, match="cursor"):
            wireless.page_stations(session, world.admin, controller, asked)
