"""The bridge as each VLAN sees it: some makes keep one BRIDGE-MIB per VLAN.

Cisco's IOS answers the bridge tables of a VLAN under the community ``community@vlan`` or the SNMPv3
context ``vlan-N``; vtpVlanState (CISCO-VTP-MIB) says which VLANs there are.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from discovery.snmp.conversation import Conversation
from discovery.snmp.session import NoAnswer, Oid, Refused, SnmpError
from discovery.snmp.tables import read_table

_VTP_STATE: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 46, 1, 3, 1, 1, 2)
_OPERATIONAL = 1
#: VLANs of FDDI and token ring, which exist on every such device and carry nothing.
_RESERVED = range(1002, 1006)
Found = TypeVar("Found")
Read = Callable[[Conversation, int], Awaitable[Found]]

#: More views than these are not asked for: each costs several requests.
MOST_VLANS = 256
MOST_SILENT = 3


async def in_each_vlan(device: Conversation, read: Read[Found]) -> tuple[list[Found], list[str]]:
    """Return what ``read`` brings in the view of each VLAN, and complaints.

    Nothing for devices that have one view. Several silent views in a row end it: the device does
    not let us in, and waiting for each would take the time away from other questions.
    """
    if device.vlans is None:
        device.vlans = await _vlans(device)
    found: list[Found] = []
    complaints: list[str] = []
    silent = 0
    for vlan in device.vlans[:MOST_VLANS]:
        inner = device.in_vlan(vlan)
        if inner is None or silent == MOST_SILENT:
            break
        try:
            found.append(await read(inner, vlan))
            silent = 0
        except SnmpError as error:
            complaints.append(f"VLAN {vlan}: {error}")
            silent += isinstance(error, NoAnswer | Refused)
        finally:
            device.account(inner)
    if silent == MOST_SILENT:
        device.vlans = device.vlans[:0] if not found else device.vlans
    return found, complaints


async def _vlans(device: Conversation) -> list[int]:
    try:
        table = await read_table(device, (_VTP_STATE,))
    except NoAnswer:
        raise
    except SnmpError:
        return []
    operational = (index[-1] for index, row in table if row.get(_VTP_STATE) == _OPERATIONAL)
    return sorted({vlan for vlan in operational if vlan not in _RESERVED})
