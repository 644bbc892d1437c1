"""Which VLANs do you carry on which ports? Q-BRIDGE-MIB (RFC 4363) and Cisco's own tables.

The current table (what holds now) wins over the static one (what was configured).
"""

from collections.abc import Iterator, Mapping

from discovery.findings import Harvest, VlanFinding, VlanPortFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import number, text

_BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17)
_PORT_INTERFACE = (*_BRIDGE, 1, 4, 1, 2)
_CURRENT: Oid = (*_BRIDGE, 7, 1, 4, 2, 1)
_EGRESS, _UNTAGGED = (*_CURRENT, 4), (*_CURRENT, 5)
_STATIC: Oid = (*_BRIDGE, 7, 1, 4, 3, 1)
_NAME, _S_EGRESS, _S_UNTAGGED = (*_STATIC, 1), (*_STATIC, 2), (*_STATIC, 4)
_CISCO: Oid = (1, 3, 6, 1, 4, 1, 9, 9)
_VTP_STATE, _VTP_NAME = (*_CISCO, 46, 1, 3, 1, 1, 2), (*_CISCO, 46, 1, 3, 1, 1, 4)
_ACCESS = (*_CISCO, 68, 1, 2, 2, 1, 2)
_TRUNK: Oid = (*_CISCO, 46, 1, 6, 1, 1)
_T_ENABLED, _T_NATIVE, _T_STATUS = (*_TRUNK, 4), (*_TRUNK, 5), (*_TRUNK, 14)
_TRUNKING = 1
_MOST = 4095

#: (VLAN, bridge port, ifIndex) -> untagged.
_Members = dict[tuple[int, int, int | None], bool]


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``vlans`` and ``vlan_ports``."""
    complaints: list[str] = []
    static = await read_optional(device, (_NAME, _S_EGRESS, _S_UNTAGGED), complaints)
    current = await read_optional(device, (_EGRESS, _UNTAGGED), complaints)
    vtp = await read_optional(device, (_VTP_STATE, _VTP_NAME), complaints)
    base = Table()
    if static.rows or current.rows or vtp.rows:
        base = await read_optional(device, (_PORT_INTERFACE,), complaints)
    interfaces = {index[0]: number(row.get(_PORT_INTERFACE)) or None for index, row in base}
    members: _Members = {}
    for vlan, egress, untagged in _port_lists(static, current):
        bare = set(_ports(untagged))
        for port in _ports(egress):
            members[vlan, port, interfaces.get(port)] = port in bare
    if vtp.rows:
        members |= await _cisco(device, vtp, interfaces, complaints)
    fields = {
        "vlans": tuple(_vlans(static, current, vtp)),
        "vlan_ports": tuple(
            VlanPortFinding(*key, untagged=members[key])
            for key in sorted(members, key=lambda key: (key[0], key[1], key[2] or 0))
        ),
    }
    cut_short = static.cut_short or current.cut_short or vtp.cut_short
    return Harvest(fields, len(members), tuple(complaints), cut_short)


def _vlans(static: Table, current: Table, vtp: Table) -> Iterator[VlanFinding]:
    names: dict[int, str] = {index[-1]: "" for index, _ in current if index}
    names |= {index[-1]: text(row.get(_NAME)) for index, row in static if index}
    names |= {index[-1]: text(row.get(_VTP_NAME)) for index, row in vtp if index}
    return (VlanFinding(vlan, names[vlan]) for vlan in sorted(names) if 0 < vlan <= _MOST)


def _port_lists(static: Table, current: Table) -> Iterator[tuple[int, Value | None, Value | None]]:
    told = {index[-1] for index, row in current if index and _EGRESS in row}
    for index, row in current:
        if index and index[-1] in told and 0 < index[-1] <= _MOST:
            yield index[-1], row.get(_EGRESS), row.get(_UNTAGGED)
    for index, row in static:
        if index and index[-1] not in told and 0 < index[-1] <= _MOST:
            yield index[-1], row.get(_S_EGRESS), row.get(_S_UNTAGGED)


def _ports(value: Value | None) -> list[int]:
    """Read a PortList: the first bit of the first octet is port 1."""
    if not isinstance(value, bytes):
        return []
    return [
        8 * place + bit + 1
        for place, octet in enumerate(value)
        if octet
        for bit in range(8)
        if octet & (0x80 >> bit)
    ]


async def _cisco(
    device: Conversation,
    vtp: Table,
    interfaces: Mapping[int, int | None],
    complaints: list[str],
) -> _Members:
    """Read access ports (vmVlan) and trunks; both are by ifIndex."""
    ports = {interface: port for port, interface in interfaces.items() if interface}
    known = {index[-1] for index, _ in vtp}
    access = await read_optional(device, (_ACCESS,), complaints)
    trunks = await read_optional(device, (_T_ENABLED, _T_NATIVE, _T_STATUS), complaints)
    members: _Members = {}
    trunking = {i[0] for i, row in trunks if number(row.get(_T_STATUS)) == _TRUNKING}
    for index, row in access:
        vlan = number(row.get(_ACCESS))
        if vlan and vlan in known and index[0] not in trunking:
            members[vlan, ports.get(index[0], 0), index[0]] = True
    for index, row in trunks:
        if index[0] in trunking:
            native = number(row.get(_T_NATIVE))
            for vlan in (port - 1 for port in _ports(row.get(_T_ENABLED))):
                if vlan in known:
                    members[vlan, ports.get(index[0], 0), index[0]] = vlan == native
    return members
