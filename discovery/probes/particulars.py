"""What does this make keep elsewhere? Single values that the knowledge tables name.

A name is an OID with its instance (``1.3.6.1.4.1.12356.100.1.1.1.0``), or a column with ``.*`` at
the end: then the first value below that is not empty counts, as the index of the only chassis or
the first stack member is not known beforehand.
"""

from collections.abc import Sequence

from discovery.findings import Harvest
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import BadAnswer, Oid, SnmpError, parse_oid
from discovery.snmp.text import text

_BELOW = ".*"
#: How many rows of a column are looked through for one that is not empty.
_ROWS = 5


async def ask(device: Conversation, names: Sequence[str]) -> Harvest:
    """Return the field ``particulars``: name -> text, holding only what was answered."""
    exact = {parse_oid(name): name for name in names if not name.endswith(_BELOW)}
    found: dict[str, str] = {}
    complaints: list[str] = []
    if exact:
        try:
            answers = await device.get(list(exact))
            found.update((exact[oid], text(value)) for oid, value in answers.items())
        except BadAnswer as error:
            complaints.append(str(error))
    for name in names:
        if name.endswith(_BELOW):
            try:
                found[name] = await _first_below(device, parse_oid(name.removesuffix(_BELOW)))
            except SnmpError as error:
                complaints.append(str(error))
    found = {name: value for name, value in found.items() if value}
    return Harvest({"particulars": found}, len(found), tuple(complaints))


async def _first_below(device: Conversation, column: Oid) -> str:
    for oid, value in await device.bulk([column], _ROWS):
        if oid[: len(column)] != column:
            break
        if text(value):
            return text(value)
    return ""
