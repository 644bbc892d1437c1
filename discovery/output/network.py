"""A topology as tables for people and as lines for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from discovery.topology.values import Endpoint, HalfLink, Link, Port, Subnet, Topology


def tables(topology: Topology, names: Mapping[str, str]) -> RenderableType:
    """Return links, half-links, segments and networks as tables, devices by their ``names``."""
    links = _table("Links", ("From", "To", "Layer", "Proof", "Sure", "VLANs"))
    for link in topology.links:
        proof = ", ".join(link.evidence) + (" (shared)" if link.shared else "")
        sure, vlans = f"{link.confidence:.0%}", ", ".join(map(str, link.vlans))
        ends = (_port(link.a, names), _port(link.b, names))
        _row(links, *ends, str(link.layer), proof, sure, vlans)
    halves = _table("Half-links", ("Port", "Seen by", "Neighbour", "Its port", "Why"))
    for half in topology.half_links:
        neighbour = half.remote_name or half.remote_chassis
        seen = (half.protocol, neighbour, half.remote_port, half.reason)
        _row(halves, _port(half.local, names), *seen)
    segments = _table("Shared segments", ("Ports", "Addresses on them"))
    for segment in topology.segments:
        ports = "\n".join(_port(port, names) for port in segment.ports)
        _row(segments, ports, str(len(segment.macs)))
    networks = _table("Networks", ("Prefix", "Left by", "Shared addresses", "Proof"))
    for network in topology.subnets:
        ways = "\n".join(f"{_port(one.port, names)} {one.address}" for one in network.gateways)
        _row(networks, network.prefix, ways, ", ".join(network.shared), network.proof)
    shown = [one for one in (links, segments, networks, halves) if one.row_count]
    return Group(*shown)


def documents(topology: Topology, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield a document for each link, segment, endpoint, half-link and subnet, by ``kind``."""
    parts = (
        ("link", topology.links),
        ("segment", topology.segments),
        ("endpoint", topology.endpoints),
        ("half_link", topology.half_links),
        ("subnet", topology.subnets),
    )
    for kind, rows in parts:
        for row in rows:
            yield {"kind": kind} | _named(row, names)


def _named(row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as a document, its ports with the name of their device."""
    document = asdict(row)
    if isinstance(row, Link):
        ends = [document["a"], document["b"]]
    elif isinstance(row, HalfLink):
        ends = [document["local"]]
    elif isinstance(row, Endpoint):
        ends = [document["port"]]
    elif isinstance(row, Subnet):
        ends = [one["port"] for one in document["gateways"]]
    else:
        ends = list(document["ports"])
    for end in ends:
        end["name_of_device"] = names.get(end["device"], "")
    return document


def _port(port: Port, names: Mapping[str, str]) -> str:
    name = port.name or "?"
    return f"{names.get(port.device) or port.device} {name}"


def _table(title: str, heads: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(cell) for cell in cells))
