"""The network that was found, in the reader's words: a map, proofs, ports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.scanning.network import HalfLinkView, LinkView
from server.scanning.paths import Step
from web.presenters.lists import Tab
from web.presenters.maps import MapEdge, MapGraph, MapNode
from web.presenters.reader import Reader
from web.presenters.states import UNKNOWN, UP

#: More than these are no picture any more; the table says the same.
MOST_NODES = 250

_PROTOCOLS = {
    "lldp": "LLDP",
    "cdp": "CDP",
    "ospf": "OSPF",
    "isis": "IS-IS",
    "arp": "ARP",
    "bgp": "BGP",
}


def run_text(state: str, reader: Reader) -> str:
    """Return the state of a sweep."""
    names = {
        "queued": reader.gettext("waits"),
        "running": reader.gettext("under way"),
        "done": reader.gettext("done"),
        "stopped": reader.gettext("stopped"),
        "failed": reader.gettext("failed"),
    }
    return names.get(state, state)


def run_tone(state: str) -> str:
    """Return the tone of a sweep's pill."""
    tones = {"queued": "accent", "running": "accent", "done": "good", "stopped": "warn"}
    return tones.get(state, "bad")


def proof_text(evidence: Sequence[str], reader: Reader) -> str:
    """Return how a link is proved: by which protocols, told by one end or both."""
    ends: dict[str, set[str]] = {}
    for word in evidence:
        protocol, _, end = word.partition(":")
        ends.setdefault(protocol, set()).add(end)
    told = []
    for protocol in sorted(ends):
        name = _protocol(protocol, reader)
        words = (
            reader.gettext("both ends") if len(ends[protocol]) > 1 else reader.gettext("one end")
        )
        told.append(f"{name}, {words}")
    return "; ".join(told)


def _protocol(protocol: str, reader: Reader) -> str:
    names = {
        "fdb": reader.gettext("learnt addresses"),
        "stp": reader.gettext("spanning tree"),
    }
    return names.get(protocol) or _PROTOCOLS.get(protocol, protocol)


def reason_text(reason: str, reader: Reader) -> str:
    """Return why a half-link is no link; what names a device stays as it is."""
    known = {
        "no known device answers to that identity": reader.gettext(
            "no known device answers to that identity"
        ),
        "the device lists itself as its neighbour": reader.gettext(
            "the device lists itself as its neighbour"
        ),
        "no known device is the designated bridge": reader.gettext(
            "no known device is the designated bridge"
        ),
        "a better proof joins this port to another device": reader.gettext(
            "a better proof joins this port to another device"
        ),
    }
    if reason.startswith("several devices claim"):
        return reader.gettext("several devices claim the same identity")
    if reason.startswith("passes through"):
        return reader.gettext("it passes through a switch that keeps silent")
    return known.get(reason, reason)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A neighbour that nobody knows, with everybody who sees it."""

    name: str
    chassis: str
    description: str
    addresses: tuple[str, ...]
    reasons: tuple[str, ...]
    seen_by: tuple[HalfLinkView, ...]
    last_seen_at: datetime


def strangers(halves: Sequence[HalfLinkView]) -> list[Stranger]:
    """Return one row for each neighbour, whoever sees it and however often; most seen first.

    Rows mean the same neighbour when they tell the same chassis, or else the same name.
    """
    same: dict[str, list[HalfLinkView]] = {}
    for one in halves:
        row = one.half
        told = row.remote_chassis or row.remote_name or ", ".join(row.remote_addresses)
        same.setdefault(told.casefold() or f"#{row.id}", []).append(one)
    found = [_stranger(group) for group in same.values()]
    return sorted(found, key=lambda one: (-len(one.seen_by), one.name or one.chassis))


def _stranger(group: Sequence[HalfLinkView]) -> Stranger:
    rows = [one.half for one in group]
    places = {(row.item_id, row.port): one for one, row in zip(group, rows, strict=True)}
    return Stranger(
        name=next((row.remote_name for row in rows if row.remote_name), ""),
        chassis=next((row.remote_chassis for row in rows if row.remote_chassis), ""),
        description=next((row.remote_description for row in rows if row.remote_description), ""),
        addresses=tuple(sorted({one for row in rows for one in row.remote_addresses})),
        reasons=tuple(dict.fromkeys(row.reason for row in rows)),
        seen_by=tuple(places.values()),
        last_seen_at=max(row.last_seen_at for row in rows),
    )


def network_map(
    links: Sequence[LinkView],
    halves: Sequence[HalfLinkView],
    reader: Reader,
    address: Callable[[int], str],
) -> MapGraph:
    """Draw links as lines (cables full, routes broken) and half-links to strangers."""
    nodes: dict[str, MapNode] = {}
    edges: list[MapEdge] = []
    for one in links:
        link = one.link
        for item_id, name in ((link.start_id, one.start_name), (link.end_id, one.end_name)):
            nodes.setdefault(str(item_id), MapNode(str(item_id), name, "", UP, address(item_id)))
        label = f"{link.start_port} - {link.end_port}"
        proof = proof_text(link.evidence, reader)
        edge = MapEdge(
            f"l{link.id}", str(link.start_id), str(link.end_id), label, link.layer == 2, proof
        )
        edges.append(edge)
    for half in halves:
        row = half.half
        node, stranger = str(row.item_id), f"h{row.id}"
        nodes.setdefault(node, MapNode(node, half.name, "", UP, address(row.item_id)))
        name = row.remote_name or row.remote_chassis or "?"
        why = reason_text(row.reason, reader)
        nodes[stranger] = MapNode(stranger, name, row.remote_description, UNKNOWN, note=why)
        edges.append(MapEdge(f"e{row.id}", node, stranger, row.port, hard=False, detail=why))
    return MapGraph(tuple(nodes.values()), tuple(edges))


def path_map(steps: Sequence[Step], reader: Reader, address: Callable[[int], str]) -> MapGraph:
    """Draw the way between two items as a chain."""
    nodes: dict[str, MapNode] = {}
    edges = []
    for one in steps:
        for item_id, name in ((one.item_id, one.name), (one.next_id, one.next_name)):
            nodes.setdefault(str(item_id), MapNode(str(item_id), name, "", UP, address(item_id)))
        label = f"{one.port or '?'} - {one.next_port or '?'}"
        proof = proof_text(one.link.evidence, reader)
        ends = str(one.item_id), str(one.next_id)
        edges.append(MapEdge(f"l{one.link.id}", *ends, label, not one.link.shared, proof))
    return MapGraph(tuple(nodes.values()), tuple(edges))


def discovery_tabs(url: Callable[[str], str], reader: Reader) -> list[Tab]:
    """Return the parts of discovery."""
    return [
        Tab("visits", reader.gettext("Visits"), url("discovery.index")),
        Tab("ranges", reader.gettext("Ranges"), url("sweeps.ranges")),
        Tab("runs", reader.gettext("Sweeps"), url("sweeps.runs")),
        Tab("collectors", reader.gettext("Collectors"), url("collectors.index")),
        Tab("network", reader.gettext("Network"), url("network.show")),
        Tab("path", reader.gettext("Path"), url("network.path")),
        Tab("unknown", reader.gettext("Unknown devices"), url("network.unknown")),
    ]
