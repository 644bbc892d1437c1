"""Who is connected without a cable, as a controller told at its last visit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.facts import Interface
from discovery.findings import AccessPointFinding, DeviceFindings, StationFinding
from server.foundation.paging import Page, PageRequest, page_within
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of
from server.scanning.network import equipment_of, told_by

#: So many stations are told; a controller of a campus has thousands.
MOST_STATIONS = 1_000


@dataclass(frozen=True, slots=True)
class AccessPointView:
    """An access point, with the item that it is (id and name) where it is known and in sight."""

    told: AccessPointFinding
    stations: int
    item: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class StationView:
    """A station, the access point's name where it is known, and the item that it is."""

    told: StationFinding
    access_point: str
    item: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Wireless:
    """What a controller looks after; ``station_count`` may be more than are shown."""

    access_points: tuple[AccessPointView, ...] = ()
    stations: tuple[StationView, ...] = ()
    station_count: int = 0


def wireless_of(session: Session, actor: Actor, item_id: int) -> Wireless:
    """Return the access points and stations of a device, by name; empty for one that has none."""
    facts = equipment_of(session, actor, item_id)
    if facts is None or not (facts.access_points or facts.stations):
        return Wireless()
    shown = sorted(facts.stations, key=lambda one: (one.name, one.mac))[:MOST_STATIONS]
    points = sorted(facts.access_points, key=lambda one: (one.name, one.mac))
    return Wireless(
        tuple(_points(session, actor, facts, points)),
        tuple(_stations(session, actor, facts, shown)),
        len(facts.stations),
    )


def page_access_points(
    session: Session, actor: Actor, item_id: int, request: PageRequest
) -> Page[AccessPointView]:
    """Return access points by MAC address. Raises ``ItemNotFound`` for a device out of sight."""
    facts = told_by(session, actor, item_id)
    page = page_within(
        facts.access_points if facts else (),
        request,
        lambda one: f"{one.mac} {one.name} {one.address}",
    )
    return Page(_points(session, actor, facts, page.rows) if facts else [], page.next_cursor)


def page_stations(
    session: Session, actor: Actor, item_id: int, request: PageRequest
) -> Page[StationView]:
    """Return stations by MAC address. Raises ``ItemNotFound`` for a device out of sight."""
    facts = told_by(session, actor, item_id)
    page = page_within(
        facts.stations if facts else (),
        request,
        lambda one: f"{one.mac} {one.access_point} {one.network}",
    )
    return Page(_stations(session, actor, facts, page.rows) if facts else [], page.next_cursor)


def _points(
    session: Session, actor: Actor, facts: DeviceFindings, shown: Sequence[AccessPointFinding]
) -> list[AccessPointView]:
    items = _items_with(session, actor, [one.mac for one in shown])
    return [AccessPointView(one, _connected(facts, one), items.get(one.mac)) for one in shown]


def _stations(
    session: Session, actor: Actor, facts: DeviceFindings, shown: Sequence[StationFinding]
) -> list[StationView]:
    items = _items_with(session, actor, [one.mac for one in shown])
    names = _names(facts)
    return [
        StationView(one, names.get(one.access_point, one.access_point), items.get(one.mac))
        for one in shown
    ]


def _names(facts: DeviceFindings) -> dict[str, str]:
    """Return names of access points by whatever a station may call them."""
    return {
        word: one.name or one.mac
        for one in facts.access_points
        for word in (one.mac, one.address, one.name)
        if word
    }


def _connected(facts: DeviceFindings, point: AccessPointFinding) -> int:
    if point.stations is not None:
        return point.stations
    words = {point.mac, point.address, point.name} - {""}
    return sum(one.access_point in words for one in facts.stations)


def _items_with(session: Session, actor: Actor, macs: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return the one item that has each MAC address, of those in sight; of several none."""
    actor.require(Permission.DISCOVERY_READ)
    wanted = Interface.mac.in_([one for one in macs if one])
    found = session.execute(select(Interface.mac, Interface.item_id).where(wanted).distinct()).all()
    names = names_of(session, actor, sorted({row.item_id for row in found}))
    owners: dict[str, set[int]] = {}
    for mac, item_id in found:
        if item_id in names:
            owners.setdefault(mac, set()).add(item_id)
    alone = {mac: next(iter(ids)) for mac, ids in owners.items() if len(ids) == 1}
    return {mac: (item_id, names[item_id]) for mac, item_id in alone.items()}
