"""Whom do you see? LLDP-MIB (IEEE 802.1AB-2005): local chassis, local ports, remote systems."""

from collections.abc import Iterator, Mapping

from discovery.findings import Harvest, LocalChassis, NeighbourFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, SnmpError, Value
from discovery.snmp.tables import Index, Table, read_table
from discovery.snmp.text import ip, mac, number, text

_LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
_CHASSIS_KIND, _CHASSIS_ID = (*_LLDP, 3, 1, 0), (*_LLDP, 3, 2, 0)
_PORT: Oid = (*_LLDP, 3, 7, 1)
_PORT_KIND, _PORT_ID, _PORT_TEXT = ((*_PORT, n) for n in (2, 3, 4))
_REMOTE: Oid = (*_LLDP, 4, 1, 1)
_R_CHASSIS_KIND, _R_CHASSIS_ID, _R_PORT_KIND, _R_PORT_ID = ((*_REMOTE, n) for n in (4, 5, 6, 7))
_R_PORT_TEXT, _R_NAME, _R_TEXT, _R_CAPABILITIES = ((*_REMOTE, n) for n in (8, 9, 10, 12))
_MANAGEMENT = (*_LLDP, 4, 2, 1, 3)
_BASE_PORT_INDEX: Oid = (1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2)

# LldpChassisIdSubtype and LldpPortIdSubtype number the same ideas differently.
_CHASSIS_KINDS = {
    1: "component",
    2: "interface_alias",
    3: "port_component",
    4: "mac",
    5: "address",
    6: "interface_name",
    7: "local",
}
_PORT_KINDS = {
    1: "interface_alias",
    2: "port_component",
    3: "mac",
    4: "address",
    5: "interface_name",
    6: "circuit",
    7: "local",
}
#: LldpSystemCapabilitiesMap, first bit first.
_CAPABILITIES = (
    *("other", "repeater", "bridge", "access_point"),
    *("router", "telephone", "cable_modem", "station"),
)


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``neighbours`` and ``chassis``."""
    local = await device.get([_CHASSIS_KIND, _CHASSIS_ID])
    kind = _CHASSIS_KINDS.get(number(local[_CHASSIS_KIND]) or 0, "")
    chassis = LocalChassis(_identifier(local[_CHASSIS_ID], kind), kind)
    remote = await read_table(
        device,
        (
            *(_R_CHASSIS_KIND, _R_CHASSIS_ID, _R_PORT_KIND, _R_PORT_ID),
            *(_R_PORT_TEXT, _R_NAME, _R_TEXT, _R_CAPABILITIES),
        ),
    )
    complaints = list(remote.complaints)
    rows: tuple[NeighbourFinding, ...] = ()
    if remote.rows:
        ports = await _extra(device, (_PORT_KIND, _PORT_ID, _PORT_TEXT), complaints)
        management = await _extra(device, (_MANAGEMENT,), complaints)
        base_ports = await _extra(device, (_BASE_PORT_INDEX,), complaints)
        rows = tuple(_neighbours(remote, ports, management, base_ports))
    return Harvest(
        {"neighbours": rows, "chassis": chassis}, len(rows), tuple(complaints), remote.cut_short
    )


async def _extra(device: Conversation, columns: tuple[Oid, ...], complaints: list[str]) -> Table:
    """Read a table that only adds to the remote table."""
    try:
        table = await read_table(device, columns)
    except SnmpError as error:
        complaints.append(str(error))
        return Table()
    complaints += table.complaints
    return table


def _neighbours(
    remote: Table, ports: Table, management: Table, base_ports: Table
) -> Iterator[NeighbourFinding]:
    addresses = _management_addresses(management)
    for index, row in remote:
        if len(index) != 3:  # time mark, local port number, remote index
            continue
        port = ports.rows.get((index[1],), {})
        chassis_kind = _CHASSIS_KINDS.get(number(row.get(_R_CHASSIS_KIND)) or 0, "")
        port_kind = _PORT_KINDS.get(number(row.get(_R_PORT_KIND)) or 0, "")
        local_kind = _PORT_KINDS.get(number(port.get(_PORT_KIND)) or 0, "")
        yield NeighbourFinding(
            protocol="lldp",
            local_port=index[1],
            local_port_id=_identifier(port.get(_PORT_ID), local_kind),
            local_port_id_kind=local_kind,
            local_port_description=text(port.get(_PORT_TEXT)),
            base_port_index=number(base_ports.rows.get((index[1],), {}).get(_BASE_PORT_INDEX)),
            chassis_id=_identifier(row.get(_R_CHASSIS_ID), chassis_kind),
            chassis_id_kind=chassis_kind,
            port_id=_identifier(row.get(_R_PORT_ID), port_kind),
            port_id_kind=port_kind,
            port_description=text(row.get(_R_PORT_TEXT)),
            name=text(row.get(_R_NAME)),
            description=text(row.get(_R_TEXT)),
            addresses=tuple(addresses.get(index[1:], ())),
            capabilities=_capabilities(row.get(_R_CAPABILITIES)),
        )


def _management_addresses(table: Table) -> Mapping[Index, list[str]]:
    """Read addresses out of the index: …, local port, remote index, family, length, octets.

    Keyed without the time mark, which some agents fill differently in the two tables.
    """
    found: dict[Index, list[str]] = {}
    for index, _ in table:
        family, octets = index[3:4], index[5:]
        if not octets or max(octets) > 255 or family not in {(1,), (2,)}:
            continue
        address = ip(bytes(octets))
        if address:
            found.setdefault(index[1:3], []).append(address)
    return found


def _identifier(value: Value | None, kind: str) -> str:
    if kind == "mac":
        return mac(value) or text(value)
    if kind == "address" and isinstance(value, bytes):
        return ip(value[1:]) or text(value)  # the first octet is the address family
    return text(value)


def _capabilities(value: Value | None) -> tuple[str, ...]:
    if not isinstance(value, bytes) or not value:
        return ()
    return tuple(word for bit, word in enumerate(_CAPABILITIES) if value[0] & (0x80 >> bit))
