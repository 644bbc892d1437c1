"""Whom do you see by CDP? cdpCacheTable (CISCO-CDP-MIB); other makes speak it too."""

from collections.abc import Mapping

from discovery.findings import Harvest, NeighbourFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import Index, read_table
from discovery.snmp.text import ip, text

_ENTRY: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
_ADDRESS, _VERSION, _DEVICE, _PORT, _PLATFORM = ((*_ENTRY, n) for n in (4, 5, 6, 7, 8))


async def ask(device: Conversation) -> Harvest:
    """Return the field ``neighbours``; our port is known by its ifIndex."""
    table = await read_table(device, (_DEVICE, _PORT, _PLATFORM, _VERSION, _ADDRESS))
    rows = tuple(_finding(index, row) for index, row in table if len(index) == 2)
    return Harvest({"neighbours": rows}, len(rows), tuple(table.complaints), table.cut_short)


def _finding(index: Index, row: Mapping[Oid, Value]) -> NeighbourFinding:
    address = row.get(_ADDRESS)
    found = ip(address) if isinstance(address, bytes) else ""
    return NeighbourFinding(
        protocol="cdp",
        local_port=index[0],
        local_port_id_kind="index",
        chassis_id=text(row.get(_DEVICE)),
        chassis_id_kind="local",
        port_id=text(row.get(_PORT)),
        port_id_kind="interface_name",
        name=text(row.get(_DEVICE)),
        description=text(row.get(_VERSION)),
        platform=text(row.get(_PLATFORM)),
        addresses=(found,) if found else (),
    )
