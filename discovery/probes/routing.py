"""With which routers do you talk? OSPF-MIB (RFC 4750), ISIS-MIB (RFC 4444), HSRP and VRRP."""

from collections.abc import Iterator

from discovery.findings import AdjacencyFinding, Harvest, StandbyFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import BadAnswer, Oid, Value
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import ip, mac, number

_OSPF: Oid = (1, 3, 6, 1, 2, 1, 14, 10, 1)
_O_ROUTER, _O_STATE = (*_OSPF, 3), (*_OSPF, 6)
_FULL, _TWO_WAY = 8, 4
_ISIS: Oid = (1, 3, 6, 1, 2, 1, 138, 1)
_I_OWN = (*_ISIS, 1, 1, 3, 0)
_I_INTERFACE = (*_ISIS, 3, 2, 1, 2)
_I_STATE, _I_MAC, _I_SYSTEM = (*_ISIS, 6, 1, 1, 2), (*_ISIS, 6, 1, 1, 4), (*_ISIS, 6, 1, 1, 6)
_I_UP = 3
_HSRP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 106, 1, 2, 1, 1)
_H_ADDRESS, _H_STATE, _H_MAC = (*_HSRP, 11), (*_HSRP, 15), (*_HSRP, 16)
_H_ACTIVE = 6
_VRRP: Oid = (1, 3, 6, 1, 2, 1, 68, 1)
_V_MAC, _V_STATE, _V_ASSOCIATED = (*_VRRP, 3, 1, 2), (*_VRRP, 3, 1, 3), (*_VRRP, 4, 1, 2)
_V_MASTER = 3


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``adjacencies``, ``standbys`` and ``system_id``."""
    complaints: list[str] = []
    ospf = await read_optional(device, (_O_ROUTER, _O_STATE), complaints)
    isis = await read_optional(device, (_I_STATE, _I_MAC, _I_SYSTEM), complaints)
    circuits = Table()
    if isis.rows:
        circuits = await read_optional(device, (_I_INTERFACE,), complaints)
    hsrp = await read_optional(device, (_H_ADDRESS, _H_STATE, _H_MAC), complaints)
    vrrp = await read_optional(device, (_V_MAC, _V_STATE), complaints)
    shared = Table()
    if vrrp.rows:
        shared = await read_optional(device, (_V_ASSOCIATED,), complaints)
    system_id = await _own_system_id(device) if isis.rows else ""
    adjacencies = (*_ospf(ospf), *_isis(isis, circuits))
    standbys = (*_hsrp(hsrp), *_vrrp(vrrp, shared))
    return Harvest(
        {"adjacencies": adjacencies, "standbys": standbys, "system_id": system_id},
        len(adjacencies) + len(standbys),
        tuple(complaints),
    )


async def _own_system_id(device: Conversation) -> str:
    try:
        return _system_id((await device.get([_I_OWN]))[_I_OWN])
    except BadAnswer:
        return ""


def _ospf(table: Table) -> Iterator[AdjacencyFinding]:
    """Index: the neighbour's address, and its ifIndex where it has no address."""
    for index, row in table:
        if len(index) == 5 and max(index[:4]) < 256:
            router, state = row.get(_O_ROUTER), number(row.get(_O_STATE))
            yield AdjacencyFinding(
                protocol="ospf",
                neighbour=_address(router),
                address=ip(bytes(index[:4])),
                up=state in {None, _FULL, _TWO_WAY},
            )


def _isis(table: Table, circuits: Table) -> Iterator[AdjacencyFinding]:
    """Index: circuit and adjacency; a circuit without an entry is taken for its ifIndex."""
    for index, row in table:
        if len(index) != 2:
            continue
        known = number(circuits.rows.get(index[:1], {}).get(_I_INTERFACE))
        state = number(row.get(_I_STATE))
        yield AdjacencyFinding(
            protocol="isis",
            interface_index=known or index[0],
            neighbour=_system_id(row.get(_I_SYSTEM)),
            mac=mac(row.get(_I_MAC)),
            up=state in {None, _I_UP},
        )


def _hsrp(table: Table) -> Iterator[StandbyFinding]:
    for index, row in table:
        if len(index) == 2:
            state = number(row.get(_H_STATE))
            address, hardware = _address(row.get(_H_ADDRESS)), mac(row.get(_H_MAC))
            yield StandbyFinding("hsrp", *index, address, hardware, state == _H_ACTIVE)


def _vrrp(table: Table, shared: Table) -> Iterator[StandbyFinding]:
    """Read the addresses out of the index of their own table: ifIndex, group, four octets."""
    for index, _ in shared:
        row = table.rows.get(index[:2], {})
        if len(index) == 6 and max(index[2:]) < 256:
            state = number(row.get(_V_STATE))
            address, hardware = ip(bytes(index[2:])), mac(row.get(_V_MAC))
            yield StandbyFinding("vrrp", *index[:2], address, hardware, state == _V_MASTER)


def _address(value: Value | None) -> str:
    return ip(value) if isinstance(value, bytes) and any(value) else ""


def _system_id(value: Value | None) -> str:
    """Write six octets as people write them: 0931.7609.2059."""
    if not isinstance(value, bytes) or len(value) != 6:
        return ""
    digits = value.hex()
    return ".".join(digits[place : place + 4] for place in (0, 4, 8))
