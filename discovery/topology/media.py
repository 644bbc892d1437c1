"""The media between bridges of each region, over all VLANs, with better links held fixed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from discovery.topology.adjacent import joints
from discovery.topology.facing import Facing
from discovery.topology.ports import Ports
from discovery.topology.regions import Region
from discovery.topology.tables import ALL, Bridge, Tables
from discovery.topology.values import Link, Port, Segment

_FDB, _FDB_SHARED = 0.8, 0.6


@dataclass(slots=True)
class Medium:
    """Ports on one medium; the VLANs in which it was seen, and the addresses on it."""

    ports: tuple[Port, ...]
    vlans: set[int] = field(default_factory=set)
    macs: set[str] = field(default_factory=set)

    @property
    def segment(self) -> Segment | None:
        """The medium as a segment, None for a plain cable."""
        if len(self.ports) == 2 and not self.macs:
            return None
        return Segment(self.ports, tuple(sorted(self.macs)), tuple(sorted(self.vlans)))

    @property
    def link(self) -> Link | None:
        """The medium as a link, None for one with more than two bridges on it."""
        if len(self.ports) != 2:
            return None
        return Link(
            *self.ports,
            evidence=("fdb:a", "fdb:b"),
            confidence=_FDB_SHARED if self.macs else _FDB,
            vlans=tuple(sorted(self.vlans)),
            shared=bool(self.macs),
        )


_Held = tuple[str, str, Port]


def media_of(
    regions: Iterable[Region],
    links: Iterable[Link],
    tables: Tables,
    owners: Mapping[str, str],
    ports: Mapping[str, Ports],
) -> list[Medium]:
    """Return the media of all regions with several bridges, in each in the order of their ports."""
    several = [region for region in regions if len(region.members) > 1]
    held = _held(several, links, ports)
    found: list[Medium] = []
    for number, region in enumerate(several):
        find = partial(_media, tables, region.members, held[number], owners)
        found += region.answer("media", held[number], find)
    return found


def _held(
    regions: Sequence[Region], links: Iterable[Link], ports: Mapping[str, Ports]
) -> dict[int, list[_Held]]:
    """Return what neighbour protocols prove in each region: (bridge, other bridge, its port)."""
    region_of = {key: number for number, region in enumerate(regions) for key in region.members}
    found: dict[int, list[_Held]] = defaultdict(list)
    for link in links:
        number = region_of.get(link.a.device)
        if number is None or number != region_of.get(link.b.device):
            continue
        for here, there in ((link.a, link.b), (link.b, link.a)):
            if here.known:
                port = ports[here.device].trunk(here)
                found[number].append((here.device, there.device, port))
    return found


def _media(
    tables: Tables, members: Sequence[str], held: Sequence[_Held], owners: Mapping[str, str]
) -> list[Medium]:
    bridges = tables.bridges(members)
    fixed = _fixed(bridges, held)
    general = Facing(bridges, ALL, owners, fixed)
    found: dict[tuple[Port, ...], Medium] = {}
    for scope in _scopes(bridges):
        facing = general if scope == ALL else Facing(bridges, scope, owners, fixed)
        for joint in joints(facing, general):
            medium = found.setdefault(joint.ports, Medium(joint.ports))
            medium.vlans |= {scope} - {ALL}
            medium.macs |= set(joint.macs)
    return _whole(found.values())


def _scopes(bridges: Sequence[Bridge]) -> list[int]:
    """Return the scopes worth solving: all together, and each VLAN that several bridges carry."""
    counted: dict[int, int] = defaultdict(int)
    for bridge in bridges:
        for scope in bridge.learnt:
            counted[scope] += 1
    vlans = sorted(scope for scope, count in counted.items() if scope != ALL and count > 1)
    return [ALL, *vlans]


def _fixed(bridges: Sequence[Bridge], held: Iterable[_Held]) -> dict[tuple[str, str], set[int]]:
    """Return what neighbour protocols prove: (bridge, other) -> numbers of its ports."""
    by_key = {bridge.key: bridge for bridge in bridges}
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for here, there, port in held:
        bridge = by_key[here]
        if port not in bridge.ports:
            bridge.ports.append(port)
        found[here, there].add(bridge.ports.index(port))
    return found


def _whole(media: Iterable[Medium]) -> list[Medium]:
    """Fold a medium that was seen in part (in one VLAN) into the one that holds all its ports."""
    found: list[Medium] = []
    for medium in sorted(media, key=lambda one: (-len(one.ports), _order(one))):
        whole = next((one for one in found if set(medium.ports) <= set(one.ports)), None)
        if whole is None:
            found.append(medium)
        else:
            whole.vlans |= medium.vlans
            whole.macs |= medium.macs
    return sorted(found, key=_order)


def _order(medium: Medium) -> list[tuple[str, int, int, str]]:
    return [port.order for port in medium.ports]
