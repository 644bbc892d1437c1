"""Where do you send what is not for you? The three generations of the IP forwarding table.

inetCidrRouteTable and ipCidrRouteTable (RFC 4292), ipRouteTable (RFC 1213). A router on the
internet has a million routes: reading stops at some.
"""

import ipaddress
from collections.abc import Iterator

from discovery.findings import Harvest, RouteFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import ip, number

_IP: Oid = (1, 3, 6, 1, 2, 1, 4)
_NEW: Oid = (*_IP, 24, 7, 1)
_N_INTERFACE, _N_PROTOCOL = (*_NEW, 7), (*_NEW, 9)
_MIDDLE: Oid = (*_IP, 24, 4, 1)
_M_INTERFACE, _M_PROTOCOL = (*_MIDDLE, 5), (*_MIDDLE, 7)
_OLD: Oid = (*_IP, 21, 1)
_O_INTERFACE, _O_HOP, _O_PROTOCOL, _O_MASK = ((*_OLD, n) for n in (2, 7, 9, 11))
_PROTOCOLS = {
    2: "local",
    3: "static",
    4: "icmp",
    8: "rip",
    9: "isis",
    13: "ospf",
    14: "bgp",
    16: "eigrp",
}
_MOST_ROUTES = 2_000
_OCTETS = {1: 4, 2: 16, 3: 4, 4: 16}


async def ask(device: Conversation) -> Harvest:
    """Return the field ``routes``, sorted; at most 2,000."""
    complaints: list[str] = []
    found: set[RouteFinding] = set()
    for columns, read in _TABLES:
        table = await read_optional(device, columns, complaints, _MOST_ROUTES)
        found |= set(read(table))
        if found:
            break
    rows = sorted(found, key=lambda r: (r.destination, r.next_hop, r.interface_index or 0))
    return Harvest({"routes": tuple(rows)}, len(rows), tuple(complaints))


def _from_new(table: Table) -> Iterator[RouteFinding]:
    """Index: type, length, octets, prefix length, policy with length, type, length, octets."""
    for index, row in table:
        try:
            size = index[1]
            prefix = index[2 + size]
            rest = index[3 + size :]
            rest = rest[1 + rest[0] :]
            destination = bytes(index[2 : 2 + size][: _OCTETS.get(index[0], 0)])
            hop = bytes(rest[2 : 2 + rest[1]][: _OCTETS.get(rest[0], 0)])
        except (IndexError, ValueError):
            continue
        yield from _route(destination, prefix, hop, row.get(_N_INTERFACE), row.get(_N_PROTOCOL))


def _from_middle(table: Table) -> Iterator[RouteFinding]:
    """Index: destination, mask, type of service, next hop."""
    for index, row in table:
        if len(index) == 13 and max(*index[:8], *index[9:]) < 256:
            prefix = int.from_bytes(bytes(index[4:8])).bit_count()
            hop = bytes(index[9:])
            interface, protocol = row.get(_M_INTERFACE), row.get(_M_PROTOCOL)
            yield from _route(bytes(index[:4]), prefix, hop, interface, protocol)


def _from_old(table: Table) -> Iterator[RouteFinding]:
    for index, row in table:
        mask, hop = row.get(_O_MASK), row.get(_O_HOP)
        if len(index) != 4 or max(index) > 255 or not isinstance(mask, bytes):
            continue
        prefix = int.from_bytes(mask).bit_count()
        octets = hop if isinstance(hop, bytes) else b""
        interface, protocol = row.get(_O_INTERFACE), row.get(_O_PROTOCOL)
        yield from _route(bytes(index), prefix, octets, interface, protocol)


_TABLES = (
    ((_N_INTERFACE, _N_PROTOCOL), _from_new),
    ((_M_INTERFACE, _M_PROTOCOL), _from_middle),
    ((_O_HOP, _O_INTERFACE, _O_MASK, _O_PROTOCOL), _from_old),
)


def _route(
    destination: bytes, prefix: int, hop: bytes, interface: Value | None, protocol: Value | None
) -> Iterator[RouteFinding]:
    if len(destination) not in {4, 16} or not 0 <= prefix <= 8 * len(destination):
        return
    network = ipaddress.ip_network((destination, prefix), strict=False)
    next_hop = ip(hop) if any(hop) else ""
    word = _PROTOCOLS.get(number(protocol) or 0, "")
    yield RouteFinding(str(network), next_hop, number(interface) or None, word)
