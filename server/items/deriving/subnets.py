"""Sightings of networks of addresses: by whom they are left, and who has an address in them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.model import standing_model
from cmdb.records.facts import Address, FactSection
from cmdb.records.items import Item
from server.items.deriving.scope import Scope, ends_of

_NETWORKS = "ip_network"
_Network = IPv4Network | IPv6Network


def read_gateways(session: Session, scope: Scope, options: Mapping[str, Any]) -> Iterator[Sighting]:
    """Yield (network, the router by which it is left), as discovery found them."""
    del options
    rows = session.execute(
        select(Item.id, Item.class_code, FactSection.rows)
        .join(Item, Item.id == FactSection.item_id)
        .where(FactSection.name == "gateways", scope.takes_part())
    ).all()
    told = [
        (End(item_id, class_code), row)
        for item_id, class_code, ways in rows
        for row in ways
        if isinstance(row, Mapping) and isinstance(row.get("item_id"), int)
    ]
    ends = ends_of(session, scope, {row["item_id"] for _, row in told})
    for network, row in told:
        if row["item_id"] in ends:
            seen = {
                "address": str(row.get("name") or ""),
                "interface": str(row.get("interface") or ""),
                "proof": str(row.get("proof") or ""),
                "shared": ", ".join(map(str, row.get("shared") or ())),
            }
            yield Sighting(network, ends[row["item_id"]], told=seen)


def read_addresses(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (network, an item with an address in it); a prefix of two networks holds nobody."""
    del options
    networks = _networks(session, scope)
    if not networks:
        return
    query = (
        select(Item.id, Item.class_code, Address.address)
        .join(Item, Item.id == Address.item_id)
        .where(scope.takes_part())
    )
    lengths = sorted({(one.version, one.prefixlen) for one in networks}, reverse=True)
    for item_id, class_code, address in session.execute(query):
        network = _smallest(address, networks, lengths)
        if network is not None:
            yield Sighting(network, End(item_id, class_code), told={"address": address})


def _networks(session: Session, scope: Scope) -> dict[_Network, End | None]:
    codes = sorted(standing_model().descendants(_NETWORKS))
    query = select(Item.id, Item.class_code, Item.attributes).where(
        Item.class_code.in_(codes), scope.takes_part(), Item.merged_into_id.is_(None)
    )
    found: dict[_Network, set[End]] = defaultdict(set)
    for item_id, class_code, attributes in session.execute(query):
        if attributes.get("prefix"):
            found[ip_network(attributes["prefix"])].add(End(item_id, class_code))
    return {prefix: min(ends) if len(ends) == 1 else None for prefix, ends in found.items()}


def _smallest(
    said: str, networks: Mapping[_Network, End | None], lengths: Sequence[tuple[int, int]]
) -> End | None:
    """Return the smallest network that holds an address, None where that is none or not clear."""
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    for version, length in lengths:
        if version == address.version:
            prefix = ip_network(f"{address}/{length}", strict=False)
            if prefix in networks:
                return networks[prefix]
    return None
