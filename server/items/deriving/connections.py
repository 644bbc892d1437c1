"""Sightings of conversations: a process here talks to a listener there.

A connection joins two items when its remote address belongs to exactly one other item; an address
that two items claim identifies nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.inventory.lookup import parts
from cmdb.records.facts import Address, Connection, Listener
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.items.deriving.scope import Scope, ends_of

#: How many clients of one machine are looked at because it has reported.
_MOST_CLIENTS = 200


class _Edge(NamedTuple):
    """One conversation whose other side is known."""

    client: End
    process: str
    server: End
    port: int
    listening: str


def read_connections(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield the conversations that the items in scope opened; the client comes first."""
    if "connections" not in scope.memo:
        scope.memo["connections"] = list(_edges(session, scope))
    clients, servers = (
        {_program(name) for name in options.get(option, ())}
        for option in ("client_processes", "server_processes")
    )
    ports = set(options.get("ports", ()))
    for edge in scope.memo["connections"]:
        fits = (not clients or _program(edge.process) in clients) and (
            not servers or _program(edge.listening) in servers
        )
        if fits and (not ports or str(edge.port) in ports):
            told = {"client": edge.process, "port": edge.port, "server": edge.listening}
            yield Sighting(edge.client, edge.server, port_key(told), told)


def port_key(told: Mapping[str, Any]) -> str:
    """Return what interchangeable servers have in common: the port, and the program behind it.

    >>> port_key({"client": "app", "port": 5432, "server": "postgres"})
    '5432 postgres'
    """
    return f"{told.get('port', '')} {told.get('server', '')}".strip()


def _program(name: str) -> str:
    return name.casefold().removesuffix(".exe")


def _edges(session: Session, scope: Scope) -> Iterator[_Edge]:
    for part in scope.parts():
        query = (
            select(
                Connection.item_id,
                Item.class_code,
                Connection.process,
                Connection.remote_address,
                Connection.remote_port,
            )
            .join(Item, Item.id == Connection.item_id)
            .where(scope.takes_part())
            .distinct()
        )
        if part is not None:
            query = query.where(Connection.item_id.in_(part))
        rows = session.execute(query).all()
        owners = _owners(session, scope, sorted({row.remote_address for row in rows}))
        listening = _listeners(session, sorted({end.item_id for end in owners.values()}))
        for item_id, class_code, process, address, port in rows:
            server = owners.get(address)
            if server is not None and server.item_id != item_id:
                behind = listening.get(server.item_id, {}).get(port, "")
                yield _Edge(End(item_id, class_code), process, server, port, behind)


def _owners(session: Session, scope: Scope, addresses: Sequence[str]) -> dict[str, End]:
    """Map each address to the one item that has it; addresses of several items are left out."""
    found: dict[str, set[End]] = defaultdict(set)
    for part in parts(addresses):
        query = (
            select(Address.address, Item.id, Item.class_code)
            .join(Item, Item.id == Address.item_id)
            .where(Address.address.in_(part), scope.takes_part())
        )
        for address, item_id, class_code in session.execute(query):
            found[address].add(End(item_id, class_code))
    return {address: min(owners) for address, owners in found.items() if len(owners) == 1}


def _listeners(session: Session, item_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for part in parts(item_ids):
        query = select(Listener.item_id, Listener.port, Listener.process).where(
            Listener.item_id.in_(part)
        )
        for item_id, port, process in session.execute(query):
            found[item_id][port] = found[item_id].get(port) or process
    return found


def clients_not_related(session: Session, scope: Scope, item_ids: Sequence[int]) -> list[int]:
    """Return items that talk to one of these and are not related to it yet.

    A client that reported before its server was known is related as soon as the server reports.
    """
    related = exists().where(
        Relation.start_id == Connection.item_id,
        Relation.end_id == Address.item_id,
        Relation.source == DERIVED,
        Relation.valid_to.is_(None),
    )
    query = (
        select(Connection.item_id)
        .join(Address, Address.address == Connection.remote_address)
        .where(Address.item_id.in_(item_ids), Connection.item_id != Address.item_id, ~related)
        .distinct()
        .limit(_MOST_CLIENTS)
    )
    return sorted(ends_of(session, scope, session.scalars(query)))
