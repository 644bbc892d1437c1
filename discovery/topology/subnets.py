"""Networks of IP addresses and their gateways: who hands on what leaves a network.

A router has an address in each network it serves. Several routers of one prefix serve one network
when they share an address (HSRP, VRRP) or know each other's address from ARP; otherwise the same
prefix is in use twice. Of several without a shared address, those are the gateways to whom others
send what they have no route for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network

from cmdb.vocabulary import FIREWALL, NETWORK_DEVICE, ROUTER, SWITCH
from discovery.topology.ports import Ports
from discovery.topology.values import Device, Gateway, Port, Subnet

#: Computers hand packets on for their own guests; that makes no gateway of them.
_ROUTERS = {NETWORK_DEVICE, ROUTER, SWITCH, FIREWALL}
#: Longer prefixes hold the two ends of a cable and nobody else.
_LONGEST = {4: 29, 6: 64}
_SHORTEST = 8
_LOOPBACK = 24
#: Destinations of the routes that are taken where no other fits.
DEFAULT_ROUTES = {"0.0.0.0/0", "::/0"}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A router's address in a network, with the addresses it shares with others there."""

    device: str
    port: Port
    address: str
    shared: frozenset[tuple[str, str]]

    @property
    def order(self) -> tuple[int, str, tuple[str, int, int, str], str]:
        """How claims sort: keys that are numbers by their value, so that old ones stay first."""
        return len(self.device), self.device, self.port.order, self.address


def subnets(devices: Sequence[Device], ports: Mapping[str, Ports]) -> tuple[Subnet, ...]:
    """Return the networks that routers serve, sorted by key. Linear in what the devices say."""
    claimed: dict[str, list[_Claim]] = defaultdict(list)
    for device in devices:
        if _routes(device):
            for prefix, claim in _claims(device, ports[device.key]):
                claimed[prefix].append(claim)
    met = _met(devices)
    asked = _asked(devices)
    found = []
    for prefix in sorted(claimed):
        for number, claims in enumerate(_together(claimed[prefix], met)):
            found.append(_subnet(prefix, claims, asked, apart=number > 0))
    return tuple(sorted(found, key=lambda one: one.key))


def _routes(device: Device) -> bool:
    said = device.findings
    if device.role not in _ROUTERS:
        return False
    silent = said.system.forwards is None and device.role in {ROUTER, FIREWALL}
    return silent or bool(said.system.forwards or said.standbys or said.adjacencies)


def _claims(device: Device, ports: Ports) -> Iterator[tuple[str, _Claim]]:
    shared: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in device.findings.standbys:
        shared[row.interface_index].append((row.protocol, row.address))
    virtual = {row.address for row in device.findings.standbys}
    closed = {
        one.index
        for one in device.findings.interfaces
        if one.admin_up is False or one.type == _LOOPBACK
    }
    found = []
    for own in device.findings.addresses:
        prefix = _network(own.address, own.prefix_length)
        if not prefix or own.address in virtual or own.interface_index in closed:
            continue
        inside = [one for one in shared[own.interface_index] if _holds(prefix, one[1])]
        port = ports.port(own.interface_index)
        found.append((prefix, _Claim(device.key, port, own.address, frozenset(inside))))
    several = len({prefix for prefix, _ in found}) > 1
    return iter(one for one in found if several or one[1].shared)


def _network(address: str, length: int | None) -> str:
    """Return the network of an address, empty for one that no stations are in."""
    if not length:
        return ""
    network = ip_interface(f"{address.partition('%')[0]}/{length}").network
    told = network.network_address
    nowhere = told.is_loopback or told.is_link_local or told.is_multicast or told.is_unspecified
    fits = _SHORTEST <= length <= _LONGEST[network.version]
    return str(network) if fits and not nowhere else ""


def _holds(prefix: str, address: str) -> bool:
    network, other = ip_network(prefix), _parsed(address)
    return other is not None and other.version == network.version and other in network


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _met(devices: Iterable[Device]) -> set[tuple[str, str]]:
    """Return (device, address) for each station that a device reaches directly."""
    return {(one.key, row.address) for one in devices for row in one.findings.nearby}


def _asked(devices: Iterable[Device]) -> set[str]:
    """Return the addresses to which devices send what they have no route for."""
    return {
        row.next_hop
        for one in devices
        for row in one.findings.routes
        if row.destination in DEFAULT_ROUTES and row.next_hop
    }


def _together(claims: Sequence[_Claim], met: set[tuple[str, str]]) -> list[list[_Claim]]:
    """Return the claims in groups, each group one network; the one that was known first leads."""
    groups: list[list[_Claim]] = []
    for claim in sorted(claims, key=lambda one: one.order):
        mine = [group for group in groups if any(_know(claim, other, met) for other in group)]
        merged = [*(one for group in mine for one in group), claim]
        groups = [group for group in groups if group not in mine] + [merged]
    return sorted(groups, key=lambda group: min(one.order for one in group))


def _know(one: _Claim, other: _Claim, met: set[tuple[str, str]]) -> bool:
    if one.device == other.device:
        return one.port == other.port
    meets = (one.device, other.address) in met or (other.device, one.address) in met
    return meets or bool(one.shared & other.shared)


def _subnet(prefix: str, claims: Sequence[_Claim], asked: set[str], *, apart: bool) -> Subnet:
    claims = sorted(claims, key=lambda one: one.order)
    key = f"{prefix} {claims[0].device} {claims[0].port.name}" if apart else prefix
    shared = sorted({one for claim in claims for one in claim.shared})
    standing = [claim for claim in claims if claim.shared]
    voted = [claim for claim in claims if claim.address in asked]
    chosen, proof = (standing, shared[0][0]) if standing else (voted, "routes")
    if not chosen:
        chosen, proof = claims, "address"
    gateways = tuple(Gateway(one.port, one.address) for one in chosen)
    return Subnet(key, prefix, gateways, tuple(dict.fromkeys(one for _, one in shared)), proof)
