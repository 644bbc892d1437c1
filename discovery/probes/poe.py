"""Whom do you feed over Ethernet, and with how much? POWER-ETHERNET-MIB (RFC 3621)."""

from collections import Counter

from discovery.findings import Harvest, PoeFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import read_optional
from discovery.snmp.text import number

_POE: Oid = (1, 3, 6, 1, 2, 1, 105, 1)
_DETECTION: Oid = (*_POE, 1, 1, 6)
_WATTS, _DRAWN = (*_POE, 3, 1, 1, 2), (*_POE, 3, 1, 1, 4)
_DELIVERING, _FAULT = 3, 4


async def ask(device: Conversation) -> Harvest:
    """Return the field ``poe``, by group.

    The table numbers its ports in its own way, which no standard ties to interfaces: what is told
    is how many ports draw power, not which.
    """
    complaints: list[str] = []
    ports = await read_optional(device, (_DETECTION,), complaints)
    supplies = await read_optional(device, (_WATTS, _DRAWN), complaints)
    all_ports, delivering, faulty = Counter[int](), Counter[int](), Counter[int]()
    for index, row in ports:
        state = number(row.get(_DETECTION))
        all_ports[index[0]] += 1
        delivering[index[0]] += state == _DELIVERING
        faulty[index[0]] += state == _FAULT
    watts = {index[0]: row for index, row in supplies if len(index) == 1}
    rows = tuple(
        PoeFinding(
            group,
            number(watts.get(group, {}).get(_WATTS)),
            number(watts.get(group, {}).get(_DRAWN)),
            all_ports[group],
            delivering[group],
            faulty[group],
        )
        for group in sorted({*all_ports, *watts})
    )
    return Harvest({"poe": rows}, len(rows), tuple(complaints))
