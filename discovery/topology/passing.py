"""Neighbours that are none: a switch that speaks no LLDP passes it on, and its own table tells.

A switch S that learnt one end of a reported link behind one port and the other end behind another
lies between them, when both ends reach S through the very ports of that link:

    A.1 ── 1.S.2 ── 7.B        A and B report each other; the cables are A-S and S-B
"""

from collections.abc import Mapping, Sequence

from discovery.topology.facing import Facing
from discovery.topology.ports import Ports
from discovery.topology.tables import ALL, Bridge
from discovery.topology.values import HalfLink, Link, Port


def not_passing(
    links: Sequence[Link],
    groups: Sequence[Sequence[Bridge]],
    owners: Mapping[str, str],
    ports: Mapping[str, Ports],
) -> tuple[list[Link], list[HalfLink]]:
    """Return the links without those that pass through a known bridge, and these as half-links."""
    speaking = {
        ports[port.device].trunk(port) for link in links for port in (link.a, link.b) if port.known
    }
    group_of = {
        bridge.key: place
        for place, group in enumerate(groups)
        if len(group) > 2 and any(not speaking & set(bridge.ports) for bridge in group)
        for bridge in group
    }
    facings: dict[int, Facing] = {}
    kept: list[Link] = []
    refused: list[HalfLink] = []
    for link in links:
        place = group_of.get(link.a.device)
        between = ""
        if place is not None and group_of.get(link.b.device) == place:
            if place not in facings:
                facings[place] = Facing(groups[place], ALL, owners, {})
            ends = [ports[port.device].trunk(port) for port in (link.a, link.b)]
            between = _between(facings[place], ends[0], ends[1], speaking)
        if between:
            refused.append(_refused(link, between))
        else:
            kept.append(link)
    return kept, refused


def _refused(link: Link, between: str) -> HalfLink:
    return HalfLink(
        link.a,
        link.evidence[0].partition(":")[0],
        f"passes through {between}",
        remote_port=link.b.name,
        remote_key=link.b.device,
    )


def _between(facing: Facing, one: Port, other: Port, speaking: set[Port]) -> str:
    here, there = facing.place[one.device], facing.place[other.device]
    for place, bridge in enumerate(facing.bridges):
        first, second = facing.toward[place].get(here), facing.toward[place].get(there)
        if place in (here, there) or first is None or second is None or first == second:
            continue
        silent = not {bridge.ports[first], bridge.ports[second]} & speaking
        if silent and _leads(facing, here, place, one) and _leads(facing, there, place, other):
            return bridge.key
    return ""


def _leads(facing: Facing, here: int, place: int, port: Port) -> bool:
    number = facing.toward[here].get(place)
    return number is not None and facing.bridges[here].ports[number] == port
