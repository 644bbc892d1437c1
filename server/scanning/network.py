"""The network that was found: links, half-links and ports, as far as an actor may see the items.

A link is seen by who sees both of its ends; a half-link by who sees its device.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.records.items import Item
from discovery.assembly.sections import is_port, unique_names
from discovery.assembly.transceivers import transceivers_of
from discovery.findings import DeviceFindings, TransceiverFinding
from discovery.findings.storing import unpack
from server.foundation.paging import Page, PageRequest, page_within
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item, names_of
from server.items.scope import visible_items
from server.items.sites import inside
from server.scanning.models import DeviceFacts, NetworkHalfLink, NetworkLink

MOST_LINKS = 5_000
MOST_MACS = 20


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with the names of its ends."""

    link: NetworkLink
    start_name: str
    end_name: str


@dataclass(frozen=True, slots=True)
class HalfLinkView:
    """A half-link with the name of its device."""

    half: NetworkHalfLink
    name: str


@dataclass(frozen=True, slots=True)
class PortView:
    """One port of a device: what it is, what it carries, and what is behind it.

    ``macs`` are the first addresses learnt there of ``mac_count``, in ``learnt_vlans``.
    ``socket`` is one for a cable; the others are built on top. ``transceiver`` is the optic in it.
    """

    index: int
    name: str
    alias: str
    up: bool | None
    speed_mbps: float | None
    untagged: tuple[int, ...]
    tagged: tuple[int, ...]
    mac_count: int
    macs: tuple[str, ...]
    neighbours: tuple[str, ...]
    linked: tuple[tuple[int, str], ...]
    learnt_vlans: tuple[int, ...] = ()
    socket: bool = True
    transceiver: TransceiverFinding | None = None

    @property
    def quiet(self) -> bool:
        """Say whether it is no socket, and nothing is known of it but its name."""
        return not (self.socket or self.linked or self.neighbours or self.mac_count)


@dataclass(frozen=True, slots=True)
class LinkWish:
    """Which links: with ``words`` in the name of an end, in a VLAN; the first ``most``, or all."""

    words: str = ""
    vlan: int | None = None
    most: int | None = MOST_LINKS


def _seen(actor: Actor) -> ColumnElement[bool]:
    return visible_items(actor, Permission.ITEM_READ)


def list_links(
    session: Session,
    actor: Actor,
    item_id: int | None = None,
    layer: int | None = None,
    site_id: int | None = None,
    asked: LinkWish = LinkWish(),
) -> list[LinkView]:
    """Return links by their ends, of one item or all.

    ``site_id`` asks for those of which an end stands at a site, or in any other place: what leaves
    it is among them. Raises NotFound for a place out of sight.
    """
    actor.require(Permission.DISCOVERY_READ)
    seen = select(Item.id).where(_seen(actor))
    query = select(NetworkLink).where(NetworkLink.start_id.in_(seen), NetworkLink.end_id.in_(seen))
    if item_id is not None:
        query = query.where(or_(NetworkLink.start_id == item_id, NetworkLink.end_id == item_id))
    for ends in _wanted_ends(session, actor, site_id, asked.words):
        query = query.where(or_(NetworkLink.start_id.in_(ends), NetworkLink.end_id.in_(ends)))
    if layer is not None:
        query = query.where(NetworkLink.layer == layer)
    order = (NetworkLink.start_id, NetworkLink.start_port, NetworkLink.end_id, NetworkLink.id)
    query = query.order_by(*order).limit(asked.most if asked.vlan is None else None)
    held = (row for row in session.scalars(query) if asked.vlan in (None, *row.vlans))
    rows = list(islice(held, asked.most))
    names = _names(session, actor, sorted({one for row in rows for one in _ends(row)}))
    return [LinkView(row, names[row.start_id], names[row.end_id]) for row in rows]


def _wanted_ends(
    session: Session, actor: Actor, site_id: int | None, words: str
) -> Iterator[Select[int]]:
    if site_id is not None:
        yield _here(session, actor, site_id)
    if words:
        named = Item.name_key.contains(words.casefold(), autoescape=True)
        yield select(Item.id).where(named, _seen(actor))


def _names(session: Session, actor: Actor, item_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of any number of items; a database takes so many values at once."""
    found: dict[int, str] = {}
    for start in range(0, len(item_ids), MOST_LINKS):
        found |= names_of(session, actor, item_ids[start : start + MOST_LINKS])
    return found


def _here(session: Session, actor: Actor, site_id: int) -> Select[int]:
    if not names_of(session, actor, [site_id]):
        raise NotFound("site", site_id)
    return inside(site_id)


def _ends(row: NetworkLink) -> tuple[int, int]:
    return row.start_id, row.end_id


def list_half_links(
    session: Session,
    actor: Actor,
    item_id: int | None = None,
    site_id: int | None = None,
    *,
    most: int | None = MOST_LINKS,
) -> list[HalfLinkView]:
    """Return half-links by device and port: neighbours that nobody knows; the first ``most``.

    With ``most`` None, all of them; ``site_id`` as for ``list_links``. Raises NotFound for a place
    out of sight.
    """
    actor.require(Permission.DISCOVERY_READ)
    device = aliased(Item)
    query = (
        select(NetworkHalfLink)
        .join(device, device.id == NetworkHalfLink.item_id)
        .where(NetworkHalfLink.item_id.in_(select(Item.id).where(_seen(actor))))
    )
    if item_id is not None:
        query = query.where(NetworkHalfLink.item_id == item_id)
    if site_id is not None:
        query = query.where(NetworkHalfLink.item_id.in_(_here(session, actor, site_id)))
    order = (device.name_key, NetworkHalfLink.port, NetworkHalfLink.id)
    rows = list(session.scalars(query.order_by(*order).limit(most)))
    names = _names(session, actor, sorted({row.item_id for row in rows}))
    return [HalfLinkView(row, names[row.item_id]) for row in rows]


def has_read_devices(session: Session, actor: Actor) -> bool:
    """Say whether any device that the actor sees was read over SNMP."""
    actor.require(Permission.DISCOVERY_READ)
    seen = DeviceFacts.item_id.in_(select(Item.id).where(_seen(actor)))
    return session.scalar(select(DeviceFacts.id).where(seen).limit(1)) is not None


def facts_of(session: Session, item_id: int) -> DeviceFindings | None:
    """Return what the last visit to an item brought, None when it was never visited."""
    packed = session.scalar(select(DeviceFacts.packed).where(DeviceFacts.item_id == item_id))
    return unpack(packed) if packed is not None else None


def equipment_of(session: Session, actor: Actor, item_id: int) -> DeviceFindings | None:
    """Return what the last visit told, for those who see the item; None for one never visited."""
    actor.require(Permission.DISCOVERY_READ)
    return facts_of(session, item_id) if names_of(session, actor, [item_id]) else None


def told_by(session: Session, actor: Actor, item_id: int) -> DeviceFindings | None:
    """Return what the last visit told. Raises ``ItemNotFound`` for an item out of sight."""
    actor.require(Permission.DISCOVERY_READ)
    get_item(session, actor, item_id)
    return facts_of(session, item_id)


def page_ports(
    session: Session, actor: Actor, item_id: int, request: PageRequest
) -> Page[PortView]:
    """Return ports by ifIndex. Raises ``ItemNotFound`` for a device out of sight."""
    actor.require(Permission.DISCOVERY_READ)
    get_item(session, actor, item_id)
    return page_within(ports_of(session, actor, item_id), request, lambda one: one.index)


def ports_of(session: Session, actor: Actor, item_id: int) -> list[PortView]:
    """Return the ports of a device by ifIndex; empty for one that was never visited."""
    actor.require(Permission.DISCOVERY_READ)
    if not names_of(session, actor, [item_id]):
        return []
    facts = facts_of(session, item_id)
    if facts is None:
        return []
    linked = _linked(list_links(session, actor, item_id, layer=2), item_id)
    halves = defaultdict(list)
    for one in list_half_links(session, actor, item_id):
        told = one.half.remote_name or one.half.remote_chassis
        if told:
            halves[one.half.port].append(told)
    return _ports(facts, linked, halves)


def _linked(views: Sequence[LinkView], item_id: int) -> dict[str, list[tuple[int, str]]]:
    """Return what is at the other end, by our port: item and words."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in views:
        link = one.link
        here, there = (link.start_port, link.end_port), (link.end_id, one.end_name)
        if link.end_id == item_id:
            here, there = here[::-1], (link.start_id, one.start_name)
        words = f"{there[1]} {here[1]}".strip()
        found[here[0]].append((there[0], words))
    return found


def _ports(
    facts: DeviceFindings,
    linked: dict[str, list[tuple[int, str]]],
    halves: dict[str, list[str]],
) -> list[PortView]:
    names, optics = unique_names(facts.interfaces), transceivers_of(facts)
    vlans: dict[int, dict[bool, set[int]]] = defaultdict(lambda: {True: set(), False: set()})
    for row in facts.vlan_ports:
        if row.interface_index:
            vlans[row.interface_index][row.untagged].add(row.vlan)
    macs: dict[int, set[str]] = defaultdict(set)
    seen_in: dict[int, set[int]] = defaultdict(set)
    for learnt in facts.learnt:
        if not learnt.own and learnt.interface_index:
            macs[learnt.interface_index].update(learnt.macs)
            seen_in[learnt.interface_index].update({learnt.vlan} if learnt.vlan else ())
    found = []
    for one in facts.interfaces:
        said = one.name or one.description or str(one.index)
        found.append(
            PortView(
                index=one.index,
                name=names[one.index],
                alias=one.alias,
                up=one.up,
                speed_mbps=one.speed_mbps,
                untagged=tuple(sorted(vlans[one.index][True])),
                tagged=tuple(sorted(vlans[one.index][False])),
                mac_count=len(macs[one.index]),
                macs=tuple(sorted(macs[one.index])[:MOST_MACS]),
                neighbours=tuple(dict.fromkeys(halves.get(said, ()))),
                linked=tuple(linked.get(said, ())),
                learnt_vlans=tuple(sorted(seen_in[one.index])),
                socket=is_port(one),
                transceiver=optics.get(one.index),
            )
        )
    return found
