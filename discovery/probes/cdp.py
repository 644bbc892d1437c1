"""Whom do you see by CDP? cdpCacheTable (CISCO-CDP-MIB); other makes speak it too."""

from collections.abc import Mapping

from discovery.findings import Harvest, NeighbourFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import BadAnswer, Oid, Value
from discovery.snmp.tables import Index, read_table
from discovery.snmp.text import ip, mac, text

_ENTRY: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
_ADDRESS, _VERSION, _DEVICE, _PORT, _PLATFORM = ((*_ENTRY, n) for n in (4, 5, 6, 7, 8))
_OWN_ID: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 3, 4, 0)


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``neighbours`` (our port is known by its ifIndex) and ``cdp_id``."""
    table = await read_table(device, (_DEVICE, _PORT, _PLATFORM, _VERSION, _ADDRESS))
    rows = tuple(_finding(index, row) for index, row in table if len(index) == 2)
    try:
        own = text((await device.get([_OWN_ID]))[_OWN_ID])
    except BadAnswer:
        own = ""
    fields = {"neighbours": rows, "cdp_id": own}
    return Harvest(fields, len(rows), tuple(table.complaints), table.cut_short)


def _finding(index: Index, row: Mapping[Oid, Value]) -> NeighbourFinding:
    address = row.get(_ADDRESS)
    found = ip(address) if isinstance(address, bytes) and any(address) else ""
    device, device_kind = _identifier(row.get(_DEVICE), "local")
    port, port_kind = _identifier(row.get(_PORT), "interface_name")
    return NeighbourFinding(
        protocol="cdp",
        local_port=index[0],
        local_port_id_kind="index",
        chassis_id=device,
        chassis_id_kind=device_kind,
        port_id=port,
        port_id_kind=port_kind,
        name="" if device_kind == "mac" else device,
        description=text(row.get(_VERSION)),
        platform=text(row.get(_PLATFORM)),
        addresses=(found,) if found else (),
    )


def _identifier(value: Value | None, otherwise: str) -> tuple[str, str]:
    """Return an id and its kind: switches that mirror LLDP into CDP send six raw octets."""
    if not isinstance(value, bytes) or len(value) != 6 or value.decode("latin-1").isprintable():
        return text(value), otherwise
    return mac(value), "mac"
