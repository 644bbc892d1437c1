"""Neighbours that are none: a switch that speaks no LLDP passes it on, and its own table tells.

A switch S that learnt one end of a reported link behind one port and the other end behind another
lies between them, when both ends reach S through the very ports of that link:

    A.1 ── 1.S.2 ── 7.B        A and B report each other; the cables are A-S and S-B
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from discovery.topology.facing import Facing
from discovery.topology.ports import Ports
from discovery.topology.regions import Region
from discovery.topology.tables import ALL, Tables
from discovery.topology.values import HalfLink, Link, Port

_Ends = tuple[Port, Port]


def not_passing(
    links: Sequence[Link],
    regions: Sequence[Region],
    tables: Tables,
    owners: Mapping[str, str],
    ports: Mapping[str, Ports],
) -> tuple[list[Link], list[HalfLink]]:
    """Return the links without those that pass through a known bridge, and these as half-links."""
    ends = [(ports[one.a.device].trunk(one.a), ports[one.b.device].trunk(one.b)) for one in links]
    speaking = _speaking(ends)
    between: dict[int, str] = {}
    for region, places in _inside(ends, regions):
        asked = [ends[place] for place in places]
        told = [port for key in region.members for port in speaking.get(key, ())]
        find = partial(_passed, tables, region.members, owners, asked, told)
        found = region.answer("passing", (asked, told), find)
        between |= {place: key for place, key in zip(places, found, strict=True) if key}
    kept = [link for place, link in enumerate(links) if place not in between]
    return kept, [_refused(links[place], key) for place, key in sorted(between.items())]


def _speaking(ends: Sequence[_Ends]) -> dict[str, list[Port]]:
    """Return the ports of each device that a neighbour protocol speaks of."""
    found: dict[str, list[Port]] = defaultdict(list)
    for port in sorted({one for pair in ends for one in pair if one.known}, key=_order):
        found[port.device].append(port)
    return found


def _order(port: Port) -> tuple[str, int, int, str]:
    return port.order


def _inside(ends: Sequence[_Ends], regions: Sequence[Region]) -> Iterator[tuple[Region, list[int]]]:
    """Yield the regions that have a third bridge to pass through, with the links inside them."""
    wide = [region for region in regions if len(region.members) > 2]
    region_of = {key: number for number, region in enumerate(wide) for key in region.members}
    found: dict[int, list[int]] = defaultdict(list)
    for place, (one, other) in enumerate(ends):
        number = region_of.get(one.device)
        if number is not None and number == region_of.get(other.device):
            found[number].append(place)
    for number in sorted(found):
        yield wide[number], found[number]


def _passed(
    tables: Tables,
    members: Sequence[str],
    owners: Mapping[str, str],
    ends: Sequence[_Ends],
    told: Sequence[Port],
) -> list[str]:
    """Return the bridge that each pair of ports passes through, empty for a cable."""
    bridges, speaking = tables.bridges(members), set(told)
    if all(speaking & set(bridge.ports) for bridge in bridges):
        return [""] * len(ends)
    facing = Facing(bridges, ALL, owners, {})
    return [_between(facing, one, other, speaking) for one, other in ends]


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
