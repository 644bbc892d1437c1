"""How long do you last without mains? UPS-MIB (RFC 1628)."""

from discovery.findings import BatteryFinding, Harvest
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid
from discovery.snmp.tables import read_optional
from discovery.snmp.text import number

_UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
_BATTERY: Oid = (*_UPS, 2)
_STATUS, _SECONDS, _MINUTES, _CHARGE = ((*_BATTERY, n) for n in (1, 2, 3, 4))
_TEMPERATURE: Oid = (*_BATTERY, 7)
_SOURCE: Oid = (*_UPS, 4, 1)
_LOAD: Oid = (*_UPS, 4, 4, 1, 5)

_STATUSES = {2: "normal", 3: "low", 4: "depleted"}
_SOURCES = {2: "none", 3: "normal", 4: "bypass", 5: "battery", 6: "booster", 7: "reducer"}


async def ask(device: Conversation) -> Harvest:
    """Return the field ``batteries``: one for a UPS, none for everything else.

    The scalars are read as columns of one row, so that the outline tells who has none of them.
    """
    complaints: list[str] = []
    columns = (_STATUS, _SECONDS, _MINUTES, _CHARGE, _TEMPERATURE, _SOURCE)
    table = await read_optional(device, columns, complaints)
    rows = [row for index, row in table if index == (0,)]
    if not rows:
        return Harvest({"batteries": ()}, 0, tuple(complaints))
    said = {column: number(rows[0].get(column)) for column in columns}
    loads = await read_optional(device, (_LOAD,), complaints)
    shares = [share for _, row in loads if (share := number(row.get(_LOAD))) is not None]
    found = BatteryFinding(
        status=_STATUSES.get(said[_STATUS] or 0, ""),
        source=_SOURCES.get(said[_SOURCE] or 0, ""),
        charge_percent=said[_CHARGE],
        minutes_left=said[_MINUTES],
        seconds_on_battery=said[_SECONDS],
        temperature_c=said[_TEMPERATURE],
        load_percent=max(shares, default=None),
    )
    return Harvest({"batteries": (found,)}, 1, tuple(complaints))
