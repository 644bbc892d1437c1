"""Switches of the median size, drawn by rule: 48 ports and what a visit asks of them."""

from tests.support import ber
from tests.support.ber import Oid
from tests.support.snmp_recordings import Recording

PORTS = 52
_LEARNT = 90
_ENTITIES = 125
_MIB: Oid = (1, 3, 6, 1, 2, 1)


def switch(number: int) -> Recording:
    """Return a switch; numbers give names, serial numbers and MAC addresses of their own."""
    variables: dict[Oid, bytes] = {}
    _system(variables, number)
    for port in range(1, PORTS + 1):
        _interface(variables, number, port)
    for place in range(1, _ENTITIES + 1):
        _entity(variables, number, place)
    for place in range(_LEARNT):
        station = bytes((0x00, 0x1B, 0x21, number >> 8 & 255, number & 255, place))
        index = (20, *station)
        variables[(*_MIB, 17, 7, 1, 2, 2, 1, 2, *index)] = ber.integer(1 + place % PORTS)
        variables[(*_MIB, 17, 7, 1, 2, 2, 1, 3, *index)] = ber.integer(3)
    for vlan in (1, 20, 30, 40):
        variables[(*_MIB, 17, 7, 1, 4, 3, 1, 1, vlan)] = _text(f"vlan-{vlan}")
        variables[(*_MIB, 17, 7, 1, 4, 3, 1, 2, vlan)] = ber.tlv(ber.OCTETS, b"\xff" * 7)
        variables[(*_MIB, 17, 7, 1, 4, 3, 1, 4, vlan)] = ber.tlv(ber.OCTETS, b"\x0f" * 7)
    return Recording(variables)


def _text(words: str) -> bytes:
    return ber.tlv(ber.OCTETS, words.encode())


def _system(variables: dict[Oid, bytes], number: int) -> None:
    variables[(*_MIB, 1, 1, 0)] = _text("Example switch, version 4.2.1, built for measuring")
    variables[(*_MIB, 1, 2, 0)] = ber.object_id((1, 3, 6, 1, 4, 1, 99999, 1))
    variables[(*_MIB, 1, 3, 0)] = ber.integer(123_456_789, ber.TICKS)
    variables[(*_MIB, 1, 5, 0)] = _text(f"access-{number:04}")
    variables[(*_MIB, 1, 7, 0)] = ber.integer(2)
    own = bytes((0x00, 0x1B, 0x17, number >> 8 & 255, number & 255, 0))
    variables[(*_MIB, 17, 1, 1, 0)] = ber.tlv(ber.OCTETS, own)
    address = (10, 7, number >> 8 & 255, number & 255)
    variables[(*_MIB, 4, 20, 1, 2, *address)] = ber.integer(10_101)
    variables[(*_MIB, 4, 20, 1, 3, *address)] = ber.tlv(ber.IP_ADDRESS, b"\xff\xff\xff\x00")


def _interface(variables: dict[Oid, bytes], number: int, port: int) -> None:
    index = 10_100 + port
    entry, more = (*_MIB, 2, 2, 1), (*_MIB, 31, 1, 1, 1)
    mac = bytes((0x00, 0x1B, 0x17, number >> 8 & 255, number & 255, port))
    variables[(*entry, 2, index)] = _text(f"GigabitEthernet1/0/{port}")
    variables[(*entry, 6, index)] = ber.tlv(ber.OCTETS, mac)
    for column, value in ((3, 6), (4, 1500), (7, 1), (8, 1 + port % 2)):
        variables[(*entry, column, index)] = ber.integer(value)
    variables[(*entry, 5, index)] = ber.integer(1_000_000_000, ber.GAUGE)
    variables[(*more, 1, index)] = _text(f"Gi1/0/{port}")
    variables[(*more, 15, index)] = ber.integer(1000, ber.GAUGE)
    variables[(*more, 17, index)] = ber.integer(1)
    variables[(*more, 18, index)] = _text(f"desk {port}" if port % 3 else "")
    variables[(*_MIB, 17, 1, 4, 1, 2, port)] = ber.integer(index)
    for column, value in ((3, 5), (5, 4)):
        variables[(*_MIB, 17, 2, 15, 1, column, port)] = ber.integer(value)


def _entity(variables: dict[Oid, bytes], number: int, place: int) -> None:
    entry = (*_MIB, 47, 1, 1, 1, 1)
    chassis = place == 1
    words = {
        2: "Example chassis 48" if chassis else f"Port {place}",
        7: "Chassis" if chassis else f"Gi1/0/{place}",
        11: f"EX{number:06}" if chassis else "",
        12: "Example" if chassis else "",
        13: "EX-48" if chassis else "",
    }
    for column in (2, 7, 8, 9, 10, 11, 12, 13):
        variables[(*entry, column, place)] = _text(words.get(column, ""))
    for column, value in ((4, 0 if chassis else 1), (5, 3 if chassis else 10), (6, place)):
        variables[(*entry, column, place)] = ber.integer(value)
