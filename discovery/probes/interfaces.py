"""Which interfaces do you have? ifTable and ifXTable (IF-MIB, RFC 2863)."""

from collections.abc import Mapping

from discovery.findings import Harvest, InterfaceFinding
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import read_table
from discovery.snmp.text import mac, number, text

_IF: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IFX: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_DESCRIPTION, _TYPE, _MTU, _SPEED = (*_IF, 2), (*_IF, 3), (*_IF, 4), (*_IF, 5)
_MAC, _ADMIN, _OPER = (*_IF, 6), (*_IF, 7), (*_IF, 8)
_NAME, _HIGH_SPEED, _CONNECTOR, _ALIAS = (*_IFX, 1), (*_IFX, 15), (*_IFX, 17), (*_IFX, 18)

_COLUMNS = (
    *(_DESCRIPTION, _NAME, _ALIAS, _MAC, _TYPE, _ADMIN, _OPER),
    *(_SPEED, _HIGH_SPEED, _MTU, _CONNECTOR),
)

#: What a 32-bit gauge shows when the speed does not fit (RFC 2863, ifSpeed).
_SPEED_OVERFLOW = 4_294_967_295
#: Some agents answer "no limit" with the largest integer: that is no MTU.
_LARGEST_MTU = 1 << 20


async def ask(device: Conversation) -> Harvest:
    """Return the field ``interfaces``, by ifIndex."""
    table = await read_table(device, _COLUMNS)
    rows = tuple(_finding(index[0], row) for index, row in table if len(index) == 1)
    return Harvest({"interfaces": rows}, len(rows), tuple(table.complaints), table.cut_short)


def _finding(index: int, row: Mapping[Oid, Value]) -> InterfaceFinding:
    mtu = number(row.get(_MTU))
    return InterfaceFinding(
        index=index,
        name=text(row.get(_NAME)),
        description=text(row.get(_DESCRIPTION)),
        alias=text(row.get(_ALIAS)),
        type=number(row.get(_TYPE)),
        mtu=mtu if mtu is not None and 0 < mtu < _LARGEST_MTU else None,
        speed_mbps=_speed(number(row.get(_SPEED)), number(row.get(_HIGH_SPEED))),
        mac=mac(row.get(_MAC)),
        admin_up=_truth(number(row.get(_ADMIN))),
        up=_truth(number(row.get(_OPER))),
        connector_present=_truth(number(row.get(_CONNECTOR))),
    )


def _speed(speed: int | None, high_speed: int | None) -> float | None:
    """Megabit per second: ifHighSpeed, or ifSpeed for slow interfaces, where it says more."""
    if speed is not None and 0 < speed < 1_000_000:
        return speed / 1_000_000
    if high_speed is not None and high_speed > 0:
        return high_speed
    if speed is None or speed <= 0 or speed == _SPEED_OVERFLOW:
        return None
    return speed / 1_000_000


def _truth(value: int | None) -> bool | None:
    """1 is up or true, 2 is down or false; the other states (testing, unknown, …) are no answer.

    lowerLayerDown (7) and notPresent (6) carry no traffic either.
    """
    if value == 1:
        return True
    return False if value in {2, 6, 7} else None
