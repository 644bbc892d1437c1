"""What is left of what you use up? Printer-MIB (RFC 3805)."""

from collections.abc import Iterator

from discovery.findings import Harvest, SupplyFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import number, text

_SUPPLIES: Oid = (1, 3, 6, 1, 2, 1, 43, 11, 1, 1)
_NAME, _UNIT, _MOST, _LEFT = ((*_SUPPLIES, column) for column in (6, 7, 8, 9))
_PERCENT = 19
#: A level below zero is a word: something is left, but nobody measures how much.
_SOME_LEFT = -3


async def ask(device: Conversation) -> Harvest:
    """Return the field ``supplies``, in the order of the device."""
    complaints: list[str] = []
    table = await read_optional(device, (_NAME, _UNIT, _MOST, _LEFT), complaints)
    rows = tuple(_supplies(table))
    return Harvest({"supplies": rows}, len(rows), tuple(complaints))


def _supplies(table: Table) -> Iterator[SupplyFinding]:
    for index, row in table:
        left, most = number(row.get(_LEFT)), number(row.get(_MOST))
        name = text(row.get(_NAME)) or ".".join(map(str, index))
        if left is None or left < 0:
            yield SupplyFinding(name, None, True if left == _SOME_LEFT else None)
            continue
        if (most is None or most <= 0) and number(row.get(_UNIT)) == _PERCENT:
            most = 100
        known = most is not None and most > 0
        percent = round(min(100.0, 100 * left / most), 1) if known and most else None
        yield SupplyFinding(name, percent, left > 0)
