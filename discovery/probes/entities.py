"""What are you built of? entPhysicalTable (ENTITY-MIB, RFC 6933): chassis, members, modules."""

from collections.abc import Mapping

from discovery.findings import EntityFinding, Harvest
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import read_table
from discovery.snmp.text import number, text

_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_DESCRIPTION, _PARENT, _CLASS, _POSITION, _NAME = ((*_ENTRY, n) for n in (2, 4, 5, 6, 7))
_HARDWARE, _FIRMWARE, _SOFTWARE = ((*_ENTRY, n) for n in (8, 9, 10))
_SERIAL, _VENDOR, _MODEL = ((*_ENTRY, n) for n in (11, 12, 13))

_COLUMNS = (
    *(_CLASS, _PARENT, _POSITION, _NAME, _DESCRIPTION, _SERIAL, _MODEL, _VENDOR),
    *(_HARDWARE, _FIRMWARE, _SOFTWARE),
)

#: IANAPhysicalClass.
_KINDS = {
    1: "other",
    2: "unknown",
    3: "chassis",
    4: "backplane",
    5: "container",
    6: "power_supply",
    7: "fan",
    8: "sensor",
    9: "module",
    10: "port",
    11: "stack",
    12: "cpu",
    13: "energy",
    14: "battery",
}


async def ask(device: Conversation) -> Harvest:
    """Return the field ``entities``, by entPhysicalIndex."""
    table = await read_table(device, _COLUMNS)
    rows = tuple(_finding(index[0], row) for index, row in table if len(index) == 1)
    return Harvest({"entities": rows}, len(rows), tuple(table.complaints), table.cut_short)


def _finding(index: int, row: Mapping[Oid, Value]) -> EntityFinding:
    return EntityFinding(
        index=index,
        kind=_KINDS.get(number(row.get(_CLASS)) or 2, "unknown"),
        parent=number(row.get(_PARENT)) or 0,
        position=number(row.get(_POSITION)),
        name=text(row.get(_NAME)),
        description=text(row.get(_DESCRIPTION)),
        vendor=text(row.get(_VENDOR)),
        model=text(row.get(_MODEL)),
        serial=text(row.get(_SERIAL)),
        hardware_revision=text(row.get(_HARDWARE)),
        firmware_revision=text(row.get(_FIRMWARE)),
        software_revision=text(row.get(_SOFTWARE)),
    )
