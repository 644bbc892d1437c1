"""Components of makes without ENTITY-MIB: Nokia's hardware table (TIMETRA-CHASSIS-MIB)."""

from collections.abc import Mapping

from discovery.findings import EntityFinding, Harvest
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import read_optional
from discovery.snmp.text import number, text

#: tmnxHwTable, by chassis and hardware index.
_NOKIA: Oid = (1, 3, 6, 1, 4, 1, 6527, 3, 1, 2, 2, 1, 8, 1)
_PART, _SERIAL, _CLASS, _NAME = ((*_NOKIA, n) for n in (4, 5, 7, 8))
_SOFTWARE, _PARENT, _POSITION = ((*_NOKIA, n) for n in (10, 13, 14))
_COLUMNS = (_CLASS, _PARENT, _POSITION, _NAME, _PART, _SERIAL, _SOFTWARE)

#: TmnxHwClass, in the words of ENTITY-MIB.
_KINDS = {
    1: "other",
    2: "unknown",
    3: "chassis",
    4: "container",
    5: "power_supply",
    6: "fan",
    7: "sensor",
    8: "module",
    9: "module",
    10: "module",
    11: "module",
    12: "module",
    13: "module",
}


async def ask(device: Conversation) -> Harvest:
    """Return the field ``entities``; it is added to what ENTITY-MIB tells."""
    complaints: list[str] = []
    table = await read_optional(device, _COLUMNS, complaints)
    rows = tuple(_finding(index[-1], row) for index, row in table if len(index) == 2)
    return Harvest({"entities": rows}, len(rows), tuple(complaints), table.cut_short)


def _finding(index: int, row: Mapping[Oid, Value]) -> EntityFinding:
    return EntityFinding(
        index=index,
        kind=_KINDS.get(number(row.get(_CLASS)) or 2, "unknown"),
        parent=number(row.get(_PARENT)) or 0,
        position=number(row.get(_POSITION)),
        name=text(row.get(_NAME)),
        model=text(row.get(_PART)),
        serial=text(row.get(_SERIAL)),
        software_revision=text(row.get(_SOFTWARE)),
        vendor="Nokia",
    )
