"""Sightings of conversations: a process here talks to a listener there.

A connection joins two items when its remote address belongs to exactly one other item; an address
that two items claim identifies nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Executable, exists, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.facts import Address, Connection, Listener
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.items.deriving.scope import TAKES_PART, Scope, ends_of

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
    if scope.item_ids is None:
        rows = _all_said(session, home=scope.organisation_id).all()
    else:
        rows = _said_by(session, ids=listed(session, sorted(scope.item_ids))).all()
    clients = ends_of(session, scope, {row.item_id for row in rows})
    owners = _owners(session, scope, sorted({row.remote_address for row in rows}))
    listening = _listeners(session, sorted({end.item_id for end in owners.values()}))
    for item_id, process, address, port in rows:
        client, server = clients.get(item_id), owners.get(address)
        if client is not None and server is not None and server != client:
            behind = listening.get(server.item_id, {}).get(port, "")
            yield _Edge(client, process, server, port, behind)


_SAID = (
    Connection.item_id,
    Connection.process,
    Connection.remote_address,
    Connection.remote_port,
)


@asked
def _all_said(_dialect: str) -> Executable:
    talkers = select(*_SAID).join(Item, Item.id == Connection.item_id)
    return talkers.where(TAKES_PART).distinct()


@asked
def _said_by(dialect: str) -> Executable:
    return select(*_SAID).where(among_listed(dialect, Connection.item_id, "ids")).distinct()


def _owners(session: Session, scope: Scope, addresses: Sequence[str]) -> dict[str, End]:
    """Map each address to the one item that has it; addresses of several items are left out."""
    if not addresses:
        return {}
    rows = _who_has(session, addresses=listed(session, addresses)).all()
    ends = ends_of(session, scope, {row.item_id for row in rows})
    found: dict[str, set[End]] = defaultdict(set)
    for address, item_id in rows:
        if item_id in ends:
            found[address].add(ends[item_id])
    return {address: min(owners) for address, owners in found.items() if len(owners) == 1}


@asked
def _who_has(dialect: str) -> Executable:
    those = among_listed(dialect, Address.address, "addresses")
    return select(Address.address, Address.item_id).where(those)


def _listeners(session: Session, item_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    if item_ids:
        for item_id, port, process in _listening_on(session, ids=listed(session, item_ids)):
            found[item_id][port] = found[item_id].get(port) or process
    return found


@asked
def _listening_on(dialect: str) -> Executable:
    return select(Listener.item_id, Listener.port, Listener.process).where(
        among_listed(dialect, Listener.item_id, "ids")
    )


def clients_not_related(session: Session, scope: Scope, item_ids: Sequence[int]) -> list[int]:
    """Return items that talk to one of these and are not related to it yet.

    A client that reported before its server was known is related as soon as the server reports.
    """
    found = _not_related(session, ids=listed(session, item_ids)).scalars()
    return sorted(ends_of(session, scope, found))


@asked
def _not_related(dialect: str) -> Executable:
    related = exists().where(
        Relation.start_id == Connection.item_id,
        Relation.end_id == Address.item_id,
        Relation.source == DERIVED,
        Relation.valid_to.is_(None),
    )
    these = among_listed(dialect, Address.item_id, "ids")
    return (
        select(Connection.item_id)
        .join(Address, Address.address == Connection.remote_address)
        .where(these, Connection.item_id != Address.item_id, ~related)
        .distinct()
        .limit(_MOST_CLIENTS)
    )
