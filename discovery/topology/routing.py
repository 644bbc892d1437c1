"""Layer 3: which routers are each other's next hop, over which interfaces.

OSPF and IS-IS name their neighbours; where no protocol speaks, two devices that are alone in a
subnet and have each other in their ARP tables are neighbours. These are paths, not cables: between
them may be switches.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_interface

from discovery.findings import AdjacencyFinding
from discovery.topology.identities import Identities
from discovery.topology.ports import Ports
from discovery.topology.values import Device, HalfLink, Link, Port, Statement

_RECIPROCAL, _ONE_SIDED, _ARP = 0.95, 0.8, 0.7
_NOT_ROUTED = ("127.", "::1", "fe80:", "169.254.")


def routing_links(
    devices: Sequence[Device], ports: Mapping[str, Ports], identities: Identities
) -> tuple[list[Link], list[HalfLink]]:
    """Return the links of layer 3, and the routing neighbours that nobody knows."""
    systems = _system_ids(devices)
    statements: list[Statement] = []
    halves: list[HalfLink] = []
    for device in devices:
        for row in device.findings.adjacencies:
            if not row.up:
                continue
            found = _statement(device, row, ports, identities, systems)
            if isinstance(found, HalfLink):
                halves.append(found)
            else:
                statements.append(found)
    links = list(_joined(statements))
    paired = {_pair(link) for link in links}
    links += [one for one in _by_arp(devices, ports) if _pair(one) not in paired]
    return links, halves


def _pair(link: Link) -> frozenset[str]:
    return frozenset((link.a.device, link.b.device))


def _system_ids(devices: Iterable[Device]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for device in devices:
        if device.findings.system_id:
            found[device.findings.system_id].add(device.key)
    return {system: next(iter(keys)) for system, keys in found.items() if len(keys) == 1}


def _statement(
    device: Device,
    row: AdjacencyFinding,
    ports: Mapping[str, Ports],
    identities: Identities,
    systems: Mapping[str, str],
) -> Statement | HalfLink:
    index = row.interface_index or _interface_towards(device, row.address)
    local = ports[device.key].port(index) if index else Port(device.key)
    target = (
        (identities.owner("address", row.address) if row.address else "")
        or systems.get(row.neighbour, "")
        or (identities.owner("mac", row.mac) if row.mac else "")
    )
    if not target or target == device.key:
        return HalfLink(
            local,
            row.protocol,
            "no known device answers to that identity",
            remote_name=row.neighbour,
            remote_chassis=row.mac,
            remote_addresses=(row.address,) if row.address else (),
        )
    there = ports[target].by_address.get(row.address)
    remote = ports[target].port(there) if there else Port(target)
    return Statement(row.protocol, local, target, remote)


def _interface_towards(device: Device, address: str) -> int | None:
    """Return the interface whose network an address lies in; the smallest network wins."""
    if not address:
        return None
    found = [
        (-one.prefix_length, one.interface_index)
        for one in device.findings.addresses
        if one.prefix_length and _holds(one.address, one.prefix_length, address)
    ]
    return min(found)[1] if found else None


def _holds(own: str, length: int, address: str) -> bool:
    network = ip_interface(f"{own.partition('%')[0]}/{length}").network
    other = ip_interface(address).ip
    return other.version == network.version and other in network


def _joined(statements: Sequence[Statement]) -> Iterator[Link]:
    """Join what both ends say; an end without a known address is found by what it says back."""
    found: dict[tuple[str, Port, Port], set[str]] = defaultdict(set)
    for one in statements:
        remote = one.remote if one.remote.known else _answer(one, statements)
        a, b = sorted((one.local, remote), key=lambda port: port.order)
        found[one.protocol, a, b].add("a" if a == one.local else "b")
    for protocol, a, b in sorted(found, key=lambda key: (key[1].order, key[2].order, key[0])):
        ends = sorted(found[protocol, a, b])
        confidence = _RECIPROCAL if len(ends) > 1 else _ONE_SIDED
        yield Link(a, b, tuple(f"{protocol}:{end}" for end in ends), confidence, layer=3)


def _answer(one: Statement, statements: Sequence[Statement]) -> Port:
    back = {
        other.local
        for other in statements
        if other.local.device == one.target
        and other.target == one.local.device
        and other.protocol == one.protocol
    }
    return next(iter(back)) if len(back) == 1 else one.remote


def _by_arp(devices: Sequence[Device], ports: Mapping[str, Ports]) -> Iterator[Link]:
    """Yield pairs that are alone in a subnet and see each other's address there."""
    members: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    seen = {
        (device.key, row.interface_index, row.address)
        for device in devices
        for row in device.findings.nearby
    }
    for device in devices:
        for own in device.findings.addresses:
            if own.prefix_length and not own.address.startswith(_NOT_ROUTED):
                interface = ip_interface(f"{own.address.partition('%')[0]}/{own.prefix_length}")
                place = device.key, own.interface_index, own.address
                members[str(interface.network)].add(place)
    for network in sorted(members):
        here = sorted(members[network])
        if len(here) != 2 or here[0][0] == here[1][0]:
            continue
        (one_key, one_index, one_address), (two_key, two_index, two_address) = here
        if (one_key, one_index, two_address) in seen and (two_key, two_index, one_address) in seen:
            ends = (ports[one_key].port(one_index), ports[two_key].port(two_index))
            a, b = sorted(ends, key=lambda port: port.order)
            yield Link(a, b, ("arp:a", "arp:b"), _ARP, layer=3)
