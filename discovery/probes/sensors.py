"""What do your sensors read? ENTITY-SENSOR-MIB (RFC 3433) and Cisco's older one of the same shape.

With entAliasMappingTable (RFC 6933), which says what interface a component is: optics are
components below one.
"""

from collections.abc import Iterator

from discovery.findings import EntityPortFinding, Harvest, SensorFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import Table, read_optional
from discovery.snmp.text import number

_ALIAS: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 3, 2, 1, 2)
_IF_INDEX: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1)
_STANDARD: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_CISCO: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 91, 1, 1, 1, 1)
_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS = 1, 2, 3, 4, 5

#: SensorDataType; dBm is Cisco's.
_UNITS = {4: "volts", 5: "amperes", 6: "watts", 8: "celsius", 14: "dbm"}
#: SensorDataScale: 9 is units, each step is a factor of a thousand.
_SCALES = {place: 1000.0 ** (place - 9) for place in range(1, 18)}
_OK = 1
#: A sensor below these or above says that it cannot read (RFC 3433: -1000000000 and 1000000000).
_LIMIT = 1_000_000_000


async def ask(device: Conversation) -> Harvest:
    """Return the fields ``sensors`` and ``entity_ports``, by entPhysicalIndex."""
    complaints: list[str] = []
    alias = await read_optional(device, (_ALIAS,), complaints)
    sensors: list[SensorFinding] = []
    for entry in (_STANDARD, _CISCO):
        columns = [(*entry, n) for n in (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS)]
        sensors += _sensors(await read_optional(device, columns, complaints), entry)
    ports = tuple(_ports(alias))
    fields = {"sensors": tuple(sensors), "entity_ports": ports}
    return Harvest(fields, len(sensors) + len(ports), tuple(complaints), alias.cut_short)


def _ports(alias: Table) -> Iterator[EntityPortFinding]:
    """Yield which interface a component is, whatever logical entity says so."""
    told: set[int] = set()
    for index, row in alias:
        name = row.get(_ALIAS)
        if isinstance(name, tuple) and name[:-1] == _IF_INDEX and index[0] not in told:
            told.add(index[0])
            yield EntityPortFinding(index[0], name[-1])


def _sensors(table: Table, entry: Oid) -> Iterator[SensorFinding]:
    for index, row in table:
        kind, scale, precision, value, status = (
            number(row.get((*entry, n))) for n in (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS)
        )
        unit, factor = _UNITS.get(kind or 0), _SCALES.get(scale or 0)
        if len(index) != 1 or unit is None or factor is None or value is None:
            continue
        if status not in {None, _OK} or abs(value) >= _LIMIT or not -8 <= (precision or 0) <= 9:
            continue
        yield SensorFinding(index[0], unit, value * factor / 10 ** (precision or 0))
