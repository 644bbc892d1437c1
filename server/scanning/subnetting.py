"""Networks of addresses as items: what routers serve, with the routers by whom each is left.

A network that somebody has entered under its prefix is that item; else one is made. Which item
routes for it stands in its section ``gateways``, from which the relation *routes via* is derived.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.lookup import parts
from cmdb.observation import Observation, Origin, Section
from cmdb.records.items import Item
from cmdb.records.parties import Organisation
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import SNMP, ClassCode
from discovery.assembly.sections import digest
from discovery.topology.values import Subnet

IP_NETWORK = ClassCode("ip_network")
_KEY, _AFTER_KEY = "network:", "network;"
_CONFIDENCE = 0.8


class _Router(NamedTuple):
    """The first gateway of a network: it belongs to the same organisation."""

    organisation_id: int
    name: str


def store_subnets(session: Session, subnets: Iterable[Subnet], now: datetime) -> None:
    """Record the networks; one that is served by nobody any more loses its gateways."""
    found = list(subnets)
    routers = _routers(session, {int(s.gateways[0].port.device) for s in found})
    known = _known(session)
    entered = _entered(session, {one.item_id for one in known.values()})
    seen = []
    for subnet in found:
        router = routers.get(int(subnet.gateways[0].port.device))
        if router is not None:
            key = router.organisation_id, _KEY + subnet.key
            adopted = None
            if subnet.first and key not in known:
                adopted = entered.get((router.organisation_id, subnet.prefix))
            named = adopted is None and (key not in known or known[key].named)
            seen.append(_seen(subnet, router, adopted, now, named=named))
    told = {(one.organisation_id, one.origin.key) for one in seen}
    gone = [key for key, one in known.items() if key not in told and one.served]
    Inventory(session, now).record_many([*seen, *(_abandoned(*key, now) for key in gone)])


def _seen(
    subnet: Subnet, router: _Router, item_id: int | None, now: datetime, *, named: bool
) -> Observation:
    """Tell a network; ``named``: after its prefix, unless somebody has named it before."""
    values: dict[str, Any] = {"prefix": subnet.prefix}
    if named:
        values["name"] = subnet.prefix if subnet.first else f"{subnet.prefix} ({router.name})"
    ways = subnet.shared or tuple(one.address for one in subnet.gateways)
    if len(ways) == 1:
        values["gateway"] = ways[0]
    return Observation(
        Origin(SNMP, _KEY + subnet.key, _CONFIDENCE),
        IP_NETWORK,
        router.organisation_id,
        now,
        values=values,
        sections=(_section(_rows(subnet)),),
        item_id=item_id,
    )


def _abandoned(organisation_id: int, key: str, now: datetime) -> Observation:
    origin = Origin(SNMP, key, _CONFIDENCE)
    return Observation(origin, IP_NETWORK, organisation_id, now, sections=(_section([]),))


def _rows(subnet: Subnet) -> list[dict[str, Any]]:
    return [
        {
            "name": one.address,
            "item_id": int(one.port.device),
            "interface": one.port.name,
            "proof": subnet.proof,
            "shared": list(subnet.shared),
        }
        for one in subnet.gateways
    ]


def _section(rows: list[dict[str, Any]]) -> Section:
    return Section("gateways", digest(rows), rows)


class _Known(NamedTuple):
    """A network that discovery has told before; ``served``: with gateways the last time."""

    item_id: int
    named: bool
    served: bool


def _known(session: Session) -> dict[tuple[int, str], _Known]:
    rows = session.execute(
        select(
            ItemSource.organisation_id,
            ItemSource.key,
            ItemSource.item_id,
            ItemSource.words,
            ItemSource.digests,
        ).where(
            ItemSource.organisation_id.in_(select(Organisation.id)),
            ItemSource.source == SNMP,
            ItemSource.key >= _KEY,
            ItemSource.key < _AFTER_KEY,
        )
    )
    nothing = _section([])
    return {
        (row.organisation_id, row.key): _Known(
            row.item_id, "name" in row.words, row.digests.get(nothing.name) != nothing.digest
        )
        for row in rows
    }


def _entered(session: Session, made: set[int]) -> dict[tuple[int, str], int]:
    """Return the networks in use by organisation and prefix, without those in ``made``.

    A prefix that several items carry means none of them.
    """
    query = select(Item.id, Item.organisation_id, Item.attributes).where(
        Item.class_code == IP_NETWORK, Item.stage != "retired", Item.merged_into_id.is_(None)
    )
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for item_id, organisation_id, attributes in session.execute(query):
        if item_id not in made and attributes.get("prefix"):
            found[organisation_id, str(attributes["prefix"])].append(item_id)
    return {key: ids[0] for key, ids in found.items() if len(ids) == 1}


def _routers(session: Session, item_ids: set[int]) -> dict[int, _Router]:
    found: dict[int, _Router] = {}
    for part in parts(sorted(item_ids)):
        query = select(Item.id, Item.organisation_id, Item.name).where(Item.id.in_(part))
        found |= {row.id: _Router(row.organisation_id, row.name) for row in session.execute(query)}
    return found
