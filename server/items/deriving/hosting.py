"""Sightings of hosting: a guest's network card on its host, a container in its host's boot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Executable, func, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.facts import Interface
from cmdb.records.items import Item
from cmdb.vocabulary import CONTAINER
from server.items.deriving.scope import TAKES_PART, Scope, ends_of
from server.items.models import Agent

#: libvirt gives the host's end of a guest's card the card's own address with this first byte
#: (virNetDevGenerateName and its callers: a bridge takes the lowest address among its ports, and
#: must never take the guest's).
_TAP = "fe:"
#: By all but the first byte of an address: who has such a card, and what it is called there.
_Cards = dict[str, set[tuple[End, str]]]


def read_guest_interfaces(
    session: Session, scope: Scope, _options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (guest, host) where a host has the other end of a guest's network card.

    Nothing is said of an end that several hosts show: a guest may have been copied.
    """
    hosts: _Cards = defaultdict(set)
    guests: _Cards = defaultdict(set)
    if scope.item_ids is None:
        _gather(session, scope, _all_taps(session, home=scope.organisation_id), hosts)
        _gather_cards(session, scope, sorted(hosts), guests)
    else:
        mine: _Cards = defaultdict(set)
        ids = listed(session, sorted(scope.item_ids))
        shown = _cards_of(session, ids=ids).all()
        _gather(session, scope, [row for row in shown if row.mac.startswith(_TAP)], hosts)
        _gather(session, scope, [row for row in shown if not row.mac.startswith(_TAP)], mine)
        _gather_cards(session, scope, sorted(hosts), guests)
        if mine:
            taps = listed(session, sorted(_TAP + tail for tail in mine))
            _gather(session, scope, _cards_with(session, macs=taps), hosts)
        for tail, ends in mine.items():
            guests[tail] |= ends
    for tail, cards in sorted(guests.items()):
        there = hosts.get(tail, set())
        if len({end for end, _ in there}) == 1 and len({end for end, _ in cards}) == 1:
            (guest, card), (host, tap) = min(cards), min(there)
            yield Sighting(guest, host, told={"card": card, "interface": tap})


def _gather(session: Session, scope: Scope, rows: Iterable[Any], found: _Cards) -> None:
    """Add interfaces, of items that take part, by all but the first byte of their address."""
    read = list(rows)
    ends = ends_of(session, scope, {row.item_id for row in read})
    for mac, name, item_id in read:
        if item_id in ends:
            found[mac[3:]].add((ends[item_id], name))


def _gather_cards(session: Session, scope: Scope, tails: list[str], found: _Cards) -> None:
    """Add the guests' cards to these ends: the addresses that hypervisors hand out begin alike."""
    if tails:
        wanted = [prefix + tail for tail in tails for prefix in ("52:", "00:", "02:", "06:", "0a:")]
        _gather(session, scope, _cards_with(session, macs=listed(session, wanted)), found)


_CARD = (Interface.mac, Interface.name, Interface.item_id)


@asked
def _all_taps(_dialect: str) -> Executable:
    taps = select(*_CARD).join(Item, Item.id == Interface.item_id)
    return taps.where(TAKES_PART, Interface.mac.startswith(_TAP))


@asked
def _cards_of(dialect: str) -> Executable:
    these = among_listed(dialect, Interface.item_id, "ids")
    return select(*_CARD).where(these, Interface.mac != "")


@asked
def _cards_with(dialect: str) -> Executable:
    return select(*_CARD).where(among_listed(dialect, Interface.mac, "macs"))


def read_same_boot(
    session: Session, scope: Scope, _options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (container, host) where both agents report the same boot of a kernel.

    Of several machines with one boot (a copy that was woken up) none is the host.
    """
    if scope.item_ids is None:
        rows = _all_shared_boots(session, home=scope.organisation_id).all()
    else:
        boots = _boots_of(session, ids=listed(session, sorted(scope.item_ids))).scalars().all()
        rows = _in_boots(session, boots=listed(session, boots)).all() if boots else []
    met: dict[str, set[int]] = defaultdict(set)
    for boot, item_id in rows:
        met[boot].add(item_id)
    shared = {boot: ids for boot, ids in met.items() if len(ids) > 1}
    known = ends_of(session, scope, {item_id for ids in shared.values() for item_id in ids})
    by_boot = {boot: {known[i] for i in ids if i in known} for boot, ids in shared.items()}
    for boot, ends in sorted(by_boot.items()):
        inside = {end for end in ends if end.class_code == CONTAINER}
        outside = ends - inside
        if len(outside) == 1:
            (host,) = outside
            for container in sorted(inside):
                yield Sighting(container, host, told={"boot": boot})


@asked
def _all_shared_boots(_dialect: str) -> Executable:
    boots = select(Agent.last_boot_id).where(Agent.last_boot_id != "")
    shared = boots.group_by(Agent.last_boot_id).having(func.count() > 1)
    machines = select(Agent.last_boot_id, Agent.item_id).join(Item, Item.id == Agent.item_id)
    return machines.where(Agent.last_boot_id.in_(shared), Agent.revoked_at.is_(None), TAKES_PART)


@asked
def _boots_of(dialect: str) -> Executable:
    mine = among_listed(dialect, Agent.item_id, "ids")
    return select(Agent.last_boot_id).where(mine, Agent.last_boot_id != "").distinct()


@asked
def _in_boots(dialect: str) -> Executable:
    return select(Agent.last_boot_id, Agent.item_id).where(
        among_listed(dialect, Agent.last_boot_id, "boots"),
        Agent.revoked_at.is_(None),
        Agent.item_id.is_not(None),
    )
