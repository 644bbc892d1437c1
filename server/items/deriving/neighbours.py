"""Sightings of uplinks: what joins two devices, turned towards the way out.

Told by the neighbour rows of the devices themselves, and by the relations *connects to* that
discovery derives from all devices at once (bridges' tables, machines on their ports). The way out
is at the routers and firewalls; in a part of the network without any, where networks of addresses
have their gateways; failing that, at the root of the spanning tree.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.engine.derivation.uplinks import uphill
from cmdb.engine.identity import normalise
from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.observation import Identifier
from cmdb.records.facts import Address, FactSection
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import CHASSIS_ID, CONNECTS_TO, FQDN, MAC, NAME, SNMP
from server.items.deriving.scope import Scope, ends_of

_ROOTS = ("router", "firewall")
_CARRIERS = ("switch", "router", "firewall")


def read_neighbours(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (lower, upper) for devices that see each other; which is which, ``uphill`` tells."""
    seen = [
        (item_id, row)
        for item_id, rows in session.execute(
            select(FactSection.item_id, FactSection.rows)
            .join(Item, Item.id == FactSection.item_id)
            .where(FactSection.name == "neighbours", scope.takes_part())
        )
        for row in rows
        if isinstance(row, Mapping)
    ]
    known = _Known(session, scope, [row for _, row in seen])
    told: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for item_id, row in seen:
        other = known.item_of(row)
        if other is not None and other != item_id:
            told[item_id, other].append(_told(row))
    by_rows = {frozenset(pair) for pair in told}
    for pair, cable in _cables(session, scope):
        if frozenset(pair) not in by_rows:
            told[pair].append(cable)
    ends = ends_of(session, scope, {item_id for pair in told for item_id in pair})
    pairs = [pair for pair in told if pair[0] in ends and pair[1] in ends]
    roots, carriers = (
        _of_classes(ends.values(), options.get(name) or usual)
        for name, usual in (("roots", _ROOTS), ("carriers", _CARRIERS))
    )
    gateways, tops = _other_roots(session, scope)
    for lower, upper, through in uphill(pairs, (roots, gateways, tops), carriers | gateways):
        first = through[0] if through else upper
        for one in [*told.get((lower, first), ()), *told.get((first, lower), ())]:
            detour = {"through": len(through)} if through else {}
            yield Sighting(ends[lower], ends[upper], told=one | detour)


def _other_roots(session: Session, scope: Scope) -> tuple[frozenset[int], frozenset[int]]:
    """Return the gateways of networks, and the roots of the spanning tree."""
    gateways, tops = set[int](), set[int]()
    query = (
        select(FactSection.item_id, FactSection.name, FactSection.rows)
        .join(Item, Item.id == FactSection.item_id)
        .where(FactSection.name.in_(("gateways", "spanning")), scope.takes_part())
    )
    for item_id, name, rows in session.execute(query):
        for row in rows:
            if name == "spanning" and row.get("is_root"):
                tops.add(item_id)
            elif name == "gateways" and isinstance(row.get("item_id"), int):
                gateways.add(row["item_id"])
    return frozenset(gateways), frozenset(tops)


def _cables(session: Session, scope: Scope) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    """Yield the cables that discovery found.

    All of them are confirmed each time the topology is derived; one that was not, has vanished,
    though the relation stands for some days more.
    """
    found = (
        Relation.type_code == CONNECTS_TO,
        Relation.source == SNMP,
        Relation.valid_to.is_(None),
    )
    latest = session.scalar(select(func.max(Relation.last_seen_at)).where(*found))
    if latest is None:
        return
    query = (
        select(Relation.start_id, Relation.end_id, Relation.evidence)
        .join(Item, Item.id == Relation.start_id)
        .where(*found, Relation.last_seen_at >= latest, scope.takes_part())
    )
    for start, end, evidence in session.execute(query):
        for cable in (evidence or {}).get("cables", ()):
            protocol = next(iter(cable.get("protocols") or ()), "")
            ports = str(cable.get("start_port") or ""), str(cable.get("end_port") or "")
            names = ("protocol", "local_port", "remote_port", "remote_name")
            yield (start, end), dict(zip(names, (protocol, *ports, ""), strict=True))


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("protocol", "local_port", "remote_port", "remote_name")
    return {name: str(row.get(name) or "") for name in names}


def _of_classes(ends: Iterable[End], codes: Sequence[str]) -> frozenset[int]:
    wanted = frozenset[str]().union(*(standing_model().descendants(code) for code in codes))
    return frozenset(end.item_id for end in ends if end.class_code in wanted)


class _Known:
    """Which items the neighbours in a list are; what two items claim identifies neither."""

    def __init__(self, session: Session, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> None:
        self._scope = scope
        self._by_evidence = self._carriers(session, {e for row in rows for e in _evidence(row)})
        self._by_address = self._addresses(session, {a for row in rows for a in _addresses(row)})

    def item_of(self, row: Mapping[str, Any]) -> int | None:
        """Return the item that the strongest evidence of a row points at; None for nobody."""
        for evidence in _evidence(row):
            if len(found := self._by_evidence.get(evidence, set())) == 1:
                return min(found)
        for address in _addresses(row):
            if len(found := self._by_address.get(address, set())) == 1:
                return min(found)
        return None

    def _carriers(self, session: Session, wanted: set[Identifier]) -> Mapping[Identifier, set[int]]:
        found: dict[Identifier, set[int]] = defaultdict(set)
        for kind in sorted({one.kind for one in wanted}):
            for part in parts(sorted(one.value for one in wanted if one.kind == kind)):
                query = (
                    select(ItemIdentifier.value, Item.id)
                    .join(Item, Item.id == ItemIdentifier.item_id)
                    .where(
                        ItemIdentifier.kind == kind,
                        ItemIdentifier.value.in_(part),
                        self._scope.takes_part(),
                    )
                )
                for value, item_id in session.execute(query):
                    found[Identifier(kind, value)].add(item_id)
        return found

    def _addresses(self, session: Session, wanted: set[str]) -> Mapping[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for part in parts(sorted(wanted)):
            query = (
                select(Address.address, Item.id)
                .join(Item, Item.id == Address.item_id)
                .where(Address.address.in_(part), self._scope.takes_part())
            )
            for address, item_id in session.execute(query):
                found[address].add(item_id)
        return found


def _evidence(row: Mapping[str, Any]) -> list[Identifier]:
    """Return what identifies a neighbour, the strongest first: its chassis, then its name."""
    chassis, name = (str(row.get(key) or "") for key in ("remote_chassis", "remote_name"))
    claims = [(CHASSIS_ID, chassis), (MAC, chassis), (FQDN, name), (NAME, name)]
    claims.append((NAME, name.partition(".")[0]))
    found = (normalise(kind, value) for kind, value in claims if value)
    return list(dict.fromkeys(one for one in found if one is not None))


def _addresses(row: Mapping[str, Any]) -> list[str]:
    given = row.get("remote_addresses")
    return [str(one) for one in given] if isinstance(given, list) else []
