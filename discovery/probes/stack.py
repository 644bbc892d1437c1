"""Which interface runs on which? ifStackTable (RFC 2863) and LAG members (IEEE8023-LAG-MIB)."""

from collections.abc import Iterator

from discovery.findings import Harvest, StackFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import number

_STATUS: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 2, 1, 3)
_ACTIVE = 1
_ATTACHED: Oid = (1, 2, 840, 10006, 300, 43, 1, 2, 1, 1, 13)


async def ask(device: Conversation) -> Harvest:
    """Return the field ``stack``, sorted; a member of a LAG stands once, as ``bundle``."""
    complaints: list[str] = []
    stack = await read_optional(device, (_STATUS,), complaints)
    bundles = await read_optional(device, (_ATTACHED,), complaints)
    members = set(_bundles(bundles))
    rows = [StackFinding(upper, lower, bundle=True) for upper, lower in sorted(members)]
    rows += [StackFinding(*pair) for pair in sorted(set(_pairs(stack)) - members)]
    cut_short = stack.cut_short or bundles.cut_short
    return Harvest({"stack": tuple(rows)}, len(rows), tuple(complaints), cut_short)


def _pairs(table: Table) -> Iterator[tuple[int, int]]:
    for index, row in table:
        if len(index) == 2 and all(index) and number(row.get(_STATUS)) == _ACTIVE:
            yield index[0], index[1]


def _bundles(table: Table) -> Iterator[tuple[int, int]]:
    """Yield (bundle, member); what is attached to itself or to 0 is in no bundle."""
    for index, row in table:
        upper = number(row.get(_ATTACHED))
        if len(index) == 1 and upper and upper != index[0]:
            yield upper, index[0]
