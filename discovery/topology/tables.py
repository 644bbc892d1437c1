"""What bridges learnt, as sets of bits: one number for each MAC address, one set for each port.

Bridges that have no MAC address in common have nothing to say of each other, so the network falls
into regions that are solved one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from discovery.topology.identities import usable_mac
from discovery.topology.ports import Ports
from discovery.topology.values import Device, Port

#: Scope of rows that belong to no VLAN in particular, and of all VLANs of a bridge together.
ALL = 0


@dataclass(slots=True)
class Bridge:
    """One bridge: for each scope (VLAN), the MAC addresses behind each of its ports."""

    key: str
    ports: list[Port] = field(default_factory=list)
    learnt: dict[int, dict[int, set[str]]] = field(default_factory=dict)

    def macs(self) -> set[str]:
        """Return all addresses it learnt."""
        return set().union(*self.learnt.get(ALL, {}).values())


def bridges_of(devices: Iterable[Device], ports: Mapping[str, Ports]) -> list[Bridge]:
    """Return the devices that forward frames: those that learnt addresses on a port."""
    found = (_bridge(device, ports[device.key]) for device in devices if device.findings.learnt)
    return [bridge for bridge in found if bridge.learnt]


def _bridge(device: Device, ports: Ports) -> Bridge:
    bridge = Bridge(device.key)
    numbers: dict[Port, int] = {}
    vlans: dict[int, dict[int, set[str]]] = {}
    for row in device.findings.learnt:
        if row.own or not (row.bridge_port or row.interface_index):
            continue
        port = _port(row.interface_index, row.bridge_port, ports)
        number = numbers.setdefault(port, len(numbers))
        macs = {mac for mac in row.macs if usable_mac(mac)}
        for scope in {ALL, row.vlan or ALL}:
            vlans.setdefault(scope, {}).setdefault(number, set()).update(macs)
    bridge.ports = list(numbers)
    bridge.learnt = {scope: _steady(table) for scope, table in vlans.items()}
    return bridge


def _port(index: int | None, bridge_port: int, ports: Ports) -> Port:
    port = ports.port(index) if index else ports.bridge_port(bridge_port)
    return port if port.index is None else ports.trunk(ports.port(ports.bare(port.index)))


def _steady(table: dict[int, set[str]]) -> dict[int, set[str]]:
    """Drop what was learnt on two ports at once: it moves, or loops, and says nothing."""
    seen: set[str] = set()
    twice: set[str] = set()
    for macs in table.values():
        twice |= seen & macs
        seen |= macs
    return {number: macs - twice for number, macs in table.items()} if twice else table


def regions(bridges: Sequence[Bridge], owners: Mapping[str, str]) -> list[list[Bridge]]:
    """Return groups of bridges that share MAC addresses or learnt each other's."""
    parent = list(range(len(bridges)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    place_of = {bridge.key: place for place, bridge in enumerate(bridges)}
    first: dict[str, int] = {}
    for place, bridge in enumerate(bridges):
        for mac in bridge.macs():
            owner = place_of.get(owners.get(mac, ""), place)
            for other in (first.setdefault(mac, place), owner):
                one, two = root(place), root(other)
                parent[max(one, two)] = min(one, two)
    groups: dict[int, list[Bridge]] = defaultdict(list)
    for place, bridge in enumerate(bridges):
        groups[root(place)].append(bridge)
    return [groups[place] for place in sorted(groups)]
