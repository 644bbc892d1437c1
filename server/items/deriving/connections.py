"""Derives relations from what agents saw: a process here talks to a listener there.

A connection joins two items when its remote address belongs to exactly one other item; an address
that two items claim identifies nobody. The client depends on what it calls, softly: a connection
shows that somebody asks, not that he cannot do without.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Related
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.facts import Address, Connection, Listener
from cmdb.records.items import Item
from cmdb.vocabulary import DERIVED, RelationTypeCode

#: Connections are soft evidence until a person says how much the client needs the other side.
CALLS = RelationTypeCode("calls")
_CONFIDENCE = 0.8


def derive_connections(
    session: Session, item_id: int, organisation_id: int, now: datetime
) -> list[Related]:
    """Relate an item to those its processes talk to; return what became of each relation."""
    edges = session.execute(
        select(Connection.process, Connection.remote_address, Connection.remote_port)
        .where(Connection.item_id == item_id)
        .distinct()
    ).all()
    owners = _owners(session, sorted({edge.remote_address for edge in edges}), organisation_id)
    seen: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for process, address, port in edges:
        owner = owners.get(address)
        if owner is not None and owner != item_id:
            seen[owner].append((process, port))
    if not seen:
        return []
    listening = _listeners(session, sorted(seen))
    relations = [
        SeenRelation(
            CALLS,
            ItemReference(item_id=item_id),
            ItemReference(item_id=owner),
            weight=0.5,
            confidence=_CONFIDENCE,
            evidence={"connections": _told(calls, listening.get(owner, {}))},
        )
        for owner, calls in sorted(seen.items())
    ]
    return Inventory(session, now).relate(relations, DERIVED, organisation_id)


def _owners(session: Session, addresses: Sequence[str], organisation_id: int) -> dict[str, int]:
    """Map each address to the one item that has it; addresses of several items are left out."""
    found: dict[str, set[int]] = defaultdict(set)
    query = (
        select(Address.address, Address.item_id)
        .join(Item, Item.id == Address.item_id)
        .where(
            Address.address.in_(addresses),
            Item.organisation_id == organisation_id,
            Item.stage != "retired",
        )
    )
    for address, owner in session.execute(query):
        found[address].add(owner)
    return {address: min(owners) for address, owners in found.items() if len(owners) == 1}


def _listeners(session: Session, item_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(Listener.item_id, Listener.port, Listener.process).where(
        Listener.item_id.in_(item_ids)
    )
    for item_id, port, process in session.execute(query):
        found[item_id][port] = process
    return found


def _told(
    calls: Sequence[tuple[str, int]], listening: Mapping[int, str]
) -> list[dict[str, object]]:
    return [
        {"client": process, "port": port, "server": listening.get(port, "")}
        for process, port in sorted(set(calls))[:20]
    ]
