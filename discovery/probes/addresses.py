"""Which addresses do you have? ipAddressTable and ipAddrTable (RFC 4293), ipv6AddrTable (RFC 2465).

Devices answer one, two or all of them; the newer table wins where two name the same address. The
addresses stand in the index of the rows.
"""

import ipaddress
from collections.abc import Iterator

from discovery.findings import AddressFinding, Harvest
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import NoAnswer, Oid, SnmpError, Value
from discovery.snmp.tables import Index, Table, read_table
from discovery.snmp.text import ip, number

_OLD: Oid = (1, 3, 6, 1, 2, 1, 4, 20, 1)
_OLD_INTERFACE, _OLD_MASK = (*_OLD, 2), (*_OLD, 3)
_NEW: Oid = (1, 3, 6, 1, 2, 1, 4, 34, 1)
_NEW_INTERFACE, _NEW_TYPE, _NEW_PREFIX = (*_NEW, 3), (*_NEW, 4), (*_NEW, 5)
_V6: Oid = (1, 3, 6, 1, 2, 1, 55, 1, 8, 1)
_V6_LENGTH = (*_V6, 2)

_BROADCAST = 3
#: InetAddressType: octets of the address itself, without the zone (RFC 4001).
_ADDRESS_OCTETS = {1: 4, 2: 16, 3: 4, 4: 16}
#: Type, length and an IPv6 address in letters with all its zeros.
_SPELT_OUT = 41


async def ask(device: Conversation) -> Harvest:
    """Return the field ``addresses``, sorted by interface and address."""
    found: dict[tuple[int, str], AddressFinding] = {}
    complaints: list[str] = []
    cut_short = False
    failures: list[SnmpError] = []
    for columns, read in _TABLES:
        try:
            table = await read_table(device, columns)
        except SnmpError as error:
            failures.append(error)
            continue
        complaints += table.complaints
        cut_short = cut_short or table.cut_short
        for finding in read(table):
            _keep_better(found, finding)
    if len(failures) == len(_TABLES):
        raise failures[0]
    complaints += [str(error) for error in failures]
    rows = sorted(found.values(), key=lambda row: (row.interface_index, row.address))
    cut_short = cut_short or any(isinstance(one, NoAnswer) for one in failures)
    return Harvest({"addresses": tuple(rows)}, len(rows), tuple(complaints), cut_short)


def _keep_better(found: dict[tuple[int, str], AddressFinding], finding: AddressFinding) -> None:
    key = finding.interface_index, finding.address
    if key not in found or found[key].prefix_length is None:
        found[key] = finding


def _from_new(table: Table) -> Iterator[AddressFinding]:
    for index, row in table:
        address = _indexed_address(index)
        interface = number(row.get(_NEW_INTERFACE))
        if address and interface is not None and row.get(_NEW_TYPE) != _BROADCAST:
            yield AddressFinding(interface, address, _prefix_length(row.get(_NEW_PREFIX), address))


def _from_old(table: Table) -> Iterator[AddressFinding]:
    for index, row in table:
        address = ip(bytes(index[:4])) if len(index) >= 4 and max(index[:4]) < 256 else ""
        interface = number(row.get(_OLD_INTERFACE))
        if address and address != "0.0.0.0" and interface is not None:  # noqa: S104 - not bound to
            yield AddressFinding(interface, address, _mask_length(row.get(_OLD_MASK)))


def _from_v6(table: Table) -> Iterator[AddressFinding]:
    for index, row in table:
        octets = index[-16:]
        if len(index) >= 17 and max(octets) < 256:
            length = number(row.get(_V6_LENGTH))
            valid = length is not None and 0 <= length <= 128
            yield AddressFinding(index[0], ip(bytes(octets)), length if valid else None)


_TABLES = (
    ((_NEW_INTERFACE, _NEW_TYPE, _NEW_PREFIX), _from_new),
    ((_OLD_INTERFACE, _OLD_MASK), _from_old),
    ((_V6_LENGTH,), _from_v6),
)


def _indexed_address(index: Index) -> str:
    """Read type, length and octets; some agents leave the length out."""
    if len(index) == _SPELT_OUT and index[0] in {2, 4}:
        return _spelt_out(index[2:])
    size = _ADDRESS_OCTETS.get(index[0], 0) if index else 0
    octets = index[2:] if len(index) > 1 and index[1] == len(index) - 2 else index[1:]
    if not size or len(octets) < size or max(octets[:size]) > 255:
        return ""
    address = ip(bytes(octets[:size]))
    return "" if ipaddress.ip_address(address).is_unspecified else address


def _spelt_out(octets: Index) -> str:
    """Read an IPv6 address that Brocade's Fabric OS puts into the index as 39 letters."""
    try:
        address = ipaddress.IPv6Address(bytes(octets).decode("ascii"))
    except ValueError:
        return ""
    return "" if address.is_unspecified else str(address)


def _prefix_length(pointer: Value | None, address: str) -> int | None:
    """Read the length at the end of a row pointer into ipAddressPrefixTable; 0.0 points nowhere."""
    if not isinstance(pointer, tuple) or len(pointer) < 6:
        return None
    length = pointer[-1]
    return length if 0 < length <= ipaddress.ip_address(address).max_prefixlen else None


def _mask_length(mask: Value | None) -> int | None:
    if not isinstance(mask, bytes) or len(mask) != 4:
        return None
    bits = int.from_bytes(mask)
    length = bits.bit_count()
    contiguous = bits == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    return length if contiguous and length else None
