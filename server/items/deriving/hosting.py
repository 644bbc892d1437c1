"""Sightings of hosting: a guest's network card on its host, a container in its host's boot."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.inventory.lookup import parts
from cmdb.records.facts import Interface
from cmdb.records.items import Item
from cmdb.vocabulary import CONTAINER
from server.items.deriving.scope import Scope
from server.items.models import Agent

#: libvirt gives the host's end of a guest's card the card's own address with this first byte
#: (virNetDevGenerateName and its callers: a bridge takes the lowest address among its ports, and
#: must never take the guest's).
_TAP = "fe:"


def read_guest_interfaces(
    session: Session, scope: Scope, _options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (guest, host) where a host has the other end of a guest's network card.

    Nothing is said of an end that several hosts show: a guest may have been copied.
    """
    hosts: dict[str, set[tuple[End, str]]] = defaultdict(set)
    guests: dict[str, set[tuple[End, str]]] = defaultdict(set)
    is_tap = Interface.mac.startswith(_TAP)
    if scope.whole:
        _gather(session, scope, is_tap, hosts)
        _gather_cards(session, scope, sorted(hosts), guests)
    else:
        mine: dict[str, set[tuple[End, str]]] = defaultdict(set)
        ids = Interface.item_id.in_(scope.item_ids or ())
        for mac, name, end in _cards(session, scope, ids & (Interface.mac != "")):
            (hosts if mac.startswith(_TAP) else mine)[mac[3:]].add((end, name))
        _gather_cards(session, scope, sorted(hosts), guests)
        for part in parts(sorted({_TAP + tail for tail in mine})):
            _gather(session, scope, Interface.mac.in_(part), hosts)
        for tail, ends in mine.items():
            guests[tail] |= ends
    for tail, cards in sorted(guests.items()):
        there = hosts.get(tail, set())
        if len({end for end, _ in there}) == 1 and len({end for end, _ in cards}) == 1:
            (guest, card), (host, tap) = min(cards), min(there)
            yield Sighting(guest, host, told={"card": card, "interface": tap})


def _gather(
    session: Session,
    scope: Scope,
    condition: ColumnElement[bool],
    found: dict[str, set[tuple[End, str]]],
) -> None:
    """Add the interfaces that fit, by all but the first byte of their address."""
    for mac, name, end in _cards(session, scope, condition):
        found[mac[3:]].add((end, name))


def _cards(
    session: Session, scope: Scope, condition: ColumnElement[bool]
) -> Iterator[tuple[str, str, End]]:
    query = (
        select(Interface.mac, Interface.name, Item.id, Item.class_code)
        .join(Item, Item.id == Interface.item_id)
        .where(condition, scope.takes_part())
    )
    for mac, name, item_id, class_code in session.execute(query):
        yield mac, name, End(item_id, class_code)


def _gather_cards(
    session: Session,
    scope: Scope,
    tails: list[str],
    found: dict[str, set[tuple[End, str]]],
) -> None:
    """Add the guests' cards to these ends: the addresses that hypervisors hand out begin alike."""
    for part in parts(tails):
        wanted = [prefix + tail for tail in part for prefix in ("52:", "00:", "02:", "06:", "0a:")]
        for some in parts(wanted):
            _gather(session, scope, Interface.mac.in_(some), found)


def read_same_boot(
    session: Session, scope: Scope, _options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (container, host) where both agents report the same boot of a kernel.

    Of several machines with one boot (a copy that was woken up) none is the host.
    """
    boots = select(Agent.last_boot_id).where(Agent.last_boot_id != "")
    if scope.whole:
        boots = boots.group_by(Agent.last_boot_id).having(func.count() > 1)
    else:
        boots = boots.where(Agent.item_id.in_(scope.item_ids or ()))
    by_boot: dict[str, set[End]] = defaultdict(set)
    query = (
        select(Agent.last_boot_id, Item.id, Item.class_code)
        .join(Item, Item.id == Agent.item_id)
        .where(Agent.last_boot_id.in_(boots), Agent.revoked_at.is_(None), scope.takes_part())
    )
    for boot, item_id, class_code in session.execute(query):
        by_boot[boot].add(End(item_id, class_code))
    for boot, ends in sorted(by_boot.items()):
        inside = {end for end in ends if end.class_code == CONTAINER}
        outside = ends - inside
        if len(outside) == 1:
            (host,) = outside
            for container in sorted(inside):
                yield Sighting(container, host, told={"boot": boot})
