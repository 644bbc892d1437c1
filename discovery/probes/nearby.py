"""Whom do you reach directly? ipNetToPhysicalTable (RFC 4293) and ipNetToMediaTable (RFC 1213)."""

from collections.abc import Iterator

from discovery.findings import Harvest, NearbyFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import Index, Table, read_optional
from discovery.snmp.text import ip, mac, number

_NEW: Oid = (1, 3, 6, 1, 2, 1, 4, 35, 1)
_N_MAC, _N_TYPE = (*_NEW, 4), (*_NEW, 6)
_OLD: Oid = (1, 3, 6, 1, 2, 1, 4, 22, 1)
_O_MAC, _O_TYPE = (*_OLD, 2), (*_OLD, 4)
_INVALID, _LOCAL = 2, 5


async def ask(device: Conversation) -> Harvest:
    """Return the field ``nearby``, sorted, without the device's own addresses."""
    complaints: list[str] = []
    new = await read_optional(device, (_N_MAC, _N_TYPE), complaints)
    old = await read_optional(device, (_O_MAC, _O_TYPE), complaints)
    found = sorted(
        {*_rows(new, _N_MAC, _N_TYPE), *_rows(old, _O_MAC, _O_TYPE)},
        key=lambda one: (one.interface_index, one.address, one.mac),
    )
    cut_short = new.cut_short or old.cut_short
    return Harvest({"nearby": tuple(found)}, len(found), tuple(complaints), cut_short)


def _rows(table: Table, mac_column: Oid, type_column: Oid) -> Iterator[NearbyFinding]:
    for index, row in table:
        address, hardware = _address(index), mac(row.get(mac_column))
        kind = number(row.get(type_column))
        if address and len(hardware) == 17 and kind not in {_INVALID, _LOCAL}:
            yield NearbyFinding(index[0], address, hardware)


def _address(index: Index) -> str:
    """Read the address behind the ifIndex: four octets, or type, length and octets."""
    octets = index[1:] if len(index) == 5 else index[3:]
    if len(index) > 5 and index[1] in {3, 4}:
        octets = octets[:-4]  # the zone
    return ip(bytes(octets)) if octets and max(octets) < 256 else ""
