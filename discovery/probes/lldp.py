"""Whom do you see? LLDP-MIB (IEEE 802.1AB-2005) and LLDP-V2-MIB (2009): chassis, ports, neighbours.

The second version is asked where the first has no neighbours; it numbers ports by ifIndex.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discovery.findings import Harvest, LocalChassis, LocalPortFinding, NeighbourFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import BadAnswer, Oid, Value
from discovery.snmp.tables import Index, Table, read_optional, read_table
from discovery.snmp.text import ip, mac, number, text

_BASE_PORT_INDEX: Oid = (1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2)


@dataclass(frozen=True, slots=True)
class _Mib:
    """Where a version keeps its tables.

    ``first`` is the column of the chassis id's subtype among the neighbours; the others follow.
    ``mark`` is how many parts of the index lie between the local port and the neighbour's number.
    """

    root: Oid
    first: int
    mark: int

    def chassis(self, number_: int) -> Oid:
        return (*self.root, 3, number_, 0)

    def port(self, column: int) -> Oid:
        return (*self.root, 3, 7, 1, column)

    def neighbour(self, place: int) -> Oid:
        return (*self.root, 4, 1, 1, self.first + place)

    @property
    def management(self) -> Oid:
        return (*self.root, 4, 2, 1, 3)


_FIRST = _Mib((1, 0, 8802, 1, 1, 2, 1), 4, 0)
_SECOND = _Mib((1, 3, 111, 2, 802, 1, 1, 13, 1), 5, 1)
#: TIMETRA-LLDP-MIB: Nokia's service routers fill neither of the two above. The port is the ifIndex.
_NOKIA = _Mib((1, 3, 6, 1, 4, 1, 6527, 3, 1, 2, 59), 4, 1)
#: Columns among the neighbours, counted from the first.
_CHASSIS_KIND, _CHASSIS_ID, _PORT_KIND, _PORT_ID, _PORT_TEXT, _NAME, _TEXT = range(7)
_CAPABLE = 8

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
    """Return the fields ``neighbours``, ``chassis`` and ``local_ports``."""
    complaints: list[str] = []
    harvest: Harvest | None = None
    for mib in (_FIRST, _SECOND, _NOKIA):
        chassis = await _chassis(device, mib)
        remote = await read_table(device, [mib.neighbour(n) for n in (*range(7), _CAPABLE)])
        complaints += remote.complaints
        ports: tuple[LocalPortFinding, ...] = ()
        rows: tuple[NeighbourFinding, ...] = ()
        if chassis.chassis_id or remote.rows:
            ports = await _local_ports(device, mib, complaints)
        if remote.rows:
            management = await read_optional(device, (mib.management,), complaints)
            base = await read_optional(device, (_BASE_PORT_INDEX,), complaints)
            rows = tuple(_neighbours(mib, remote, ports, _addresses(mib, management), base))
        fields = {"neighbours": rows, "chassis": chassis, "local_ports": ports}
        if harvest is None or rows or (chassis.chassis_id and not harvest.rows):
            harvest = Harvest(fields, len(rows), tuple(complaints), remote.cut_short)
        if rows:
            break
    return harvest or Harvest({}, 0)


async def _chassis(device: Conversation, mib: _Mib) -> LocalChassis:
    kind_at, id_at, name_at = (mib.chassis(place) for place in (1, 2, 3))
    try:
        answers = await device.get([kind_at, id_at, name_at])
    except BadAnswer:  # some agents stumble over what they do not have
        return LocalChassis()
    kind = _CHASSIS_KINDS.get(number(answers[kind_at]) or 0, "")
    return LocalChassis(_identifier(answers[id_at], kind), kind, text(answers[name_at]))


async def _local_ports(
    device: Conversation, mib: _Mib, complaints: list[str]
) -> tuple[LocalPortFinding, ...]:
    kind_at, id_at, text_at = (mib.port(column) for column in (2, 3, 4))
    table = await read_optional(device, (kind_at, id_at, text_at), complaints)
    found = []
    for index, row in table:
        if len(index) == 1:
            kind = _PORT_KINDS.get(number(row.get(kind_at)) or 0, "")
            said = _identifier(row.get(id_at), kind)
            found.append(LocalPortFinding(index[0], said, kind, text(row.get(text_at))))
    return tuple(found)


def _neighbours(
    mib: _Mib,
    remote: Table,
    ports: tuple[LocalPortFinding, ...],
    addresses: Mapping[Index, list[str]],
    base_ports: Table,
) -> Iterator[NeighbourFinding]:
    local = {port.number: port for port in ports}
    for index, row in remote:
        if len(index) != 3 + mib.mark:  # time mark, local port (and a MAC), number of the neighbour
            continue
        said = [row.get(mib.neighbour(place)) for place in range(_CAPABLE + 1)]
        port = local.get(index[1], LocalPortFinding(index[1]))
        chassis_kind = _CHASSIS_KINDS.get(number(said[_CHASSIS_KIND]) or 0, "")
        port_kind = _PORT_KINDS.get(number(said[_PORT_KIND]) or 0, "")
        base = number(base_ports.rows.get((index[1],), {}).get(_BASE_PORT_INDEX))
        yield NeighbourFinding(
            protocol="lldp",
            local_port=index[1],
            local_port_id=port.id,
            local_port_id_kind=port.id_kind,
            local_port_description=port.description,
            base_port_index=base,
            chassis_id=_identifier(said[_CHASSIS_ID], chassis_kind),
            chassis_id_kind=chassis_kind,
            port_id=_identifier(said[_PORT_ID], port_kind),
            port_id_kind=port_kind,
            port_description=text(said[_PORT_TEXT]),
            name=text(said[_NAME]),
            description=text(said[_TEXT]),
            addresses=tuple(addresses.get((index[1], index[-1]), ())),
            capabilities=_capabilities(said[_CAPABLE]),
        )


def _addresses(mib: _Mib, table: Table) -> Mapping[Index, list[str]]:
    """Read addresses out of the index: …, local port, remote index, family, length, octets.

    Keyed without the time mark, which some agents fill differently in the two tables.
    """
    found: dict[Index, list[str]] = {}
    start = 3 + mib.mark
    for index, _ in table:
        family, octets = index[start : start + 1], index[start + 2 :]
        if not octets or max(octets) > 255 or family not in {(1,), (2,)}:
            continue
        address = ip(bytes(octets))
        if address:
            found.setdefault((index[1], index[start - 1]), []).append(address)
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
