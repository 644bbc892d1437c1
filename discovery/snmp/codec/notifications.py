"""Notifications that devices send by themselves: traps of all versions, informs of two."""

from dataclasses import dataclass

from discovery.snmp.codec.responses import Malformed, read_element, read_number, read_varbinds
from discovery.snmp.session import Oid, VarBind

TRAP_V1, INFORM, TRAP_V2 = 0xA4, 0xA6, 0xA7
_RESPONSE = 0xA2
_INTEGER, _OCTETS, _OBJECT_ID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_IP_ADDRESS, _TICKS = 0x40, 0x43
#: snmpTraps: the generic traps of SNMPv1 stand below it, counted from 1 (RFC 3584, section 3.1).
_GENERIC: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5)
_SPECIFIC = 6
_TRAP_NAME: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)


@dataclass(frozen=True, slots=True)
class Notification:
    """What a device announced. ``name`` is the OID of the notification.

    ``agent`` is the address that an SNMPv1 trap names as its origin, else "". ``reply`` is what
    an inform wants to hear, empty where nothing is awaited.
    """

    community: bytes
    name: Oid
    varbinds: tuple[VarBind, ...]
    agent: str = ""
    reply: bytes = b""


def read_notification(datagram: bytes) -> Notification:
    """Read a trap or an inform. Raises Malformed for everything else."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    version, start = read_number(datagram, start, end)
    community_start, start = read_element(datagram, start, end, _OCTETS)
    community = datagram[community_start:start]
    if start + 2 > end:
        raise Malformed("ends before its content")
    kind = datagram[start]
    if version == 0 and kind == TRAP_V1:
        return _first_version(datagram, read_element(datagram, start, end, kind), community)
    if version == 1 and kind in {TRAP_V2, INFORM}:
        inner = read_element(datagram, start, end, kind)
        name, varbinds = _second_version(datagram, inner)
        reply = b""
        if kind == INFORM:  # the same message as a response (RFC 3416, section 4.2.7)
            reply = datagram[:start] + bytes((_RESPONSE,)) + datagram[start + 1 :]
        return Notification(community, name, varbinds, reply=reply)
    raise Malformed("no notification")


def read_scoped(content: bytes, start: int, end: int) -> Notification:
    """Read the trap or inform of an SNMPv3 message, which has no community. Raises Malformed."""
    kind = content[start] if start < end else 0
    if kind not in {TRAP_V2, INFORM}:
        raise Malformed("no notification")
    inner = read_element(content, start, end, kind)
    name, varbinds = _second_version(content, inner)
    reply = b""
    if kind == INFORM:
        reply = content[:start] + bytes((_RESPONSE,)) + content[start + 1 : end]
    return Notification(b"", name, varbinds, reply=reply)


def _first_version(data: bytes, span: tuple[int, int], community: bytes) -> Notification:
    start, end = span
    enterprise_start, start = read_element(data, start, end, _OBJECT_ID)
    enterprise = _name(data[enterprise_start:start])
    address_start, start = read_element(data, start, end, _IP_ADDRESS)
    agent = ".".join(map(str, data[address_start:start]))
    generic, start = read_number(data, start, end)
    specific, start = read_number(data, start, end)
    _, start = read_element(data, start, end, _TICKS)
    start, end = read_element(data, start, end, _SEQUENCE)
    if generic == _SPECIFIC:
        name = (*enterprise, 0, max(0, specific))
    elif 0 <= generic < _SPECIFIC:
        name = (*_GENERIC, generic + 1)
    else:
        raise Malformed("a generic trap that does not exist")
    return Notification(community, name, tuple(read_varbinds(data, start, end)), agent)


def _second_version(data: bytes, span: tuple[int, int]) -> tuple[Oid, tuple[VarBind, ...]]:
    start, end = span
    for _ in range(3):  # request id, error status, error index
        _, start = read_number(data, start, end)
    start, end = read_element(data, start, end, _SEQUENCE)
    varbinds = tuple(read_varbinds(data, start, end))
    name = dict(varbinds).get(_TRAP_NAME)
    if not isinstance(name, tuple):
        raise Malformed("a notification without a name")
    return name, varbinds


def _name(content: bytes) -> Oid:
    element = bytes((_OBJECT_ID, len(content))) + content + b"\x05\x00"
    whole = bytes((_SEQUENCE, len(element))) + element
    ((name, _),) = read_varbinds(whole, 0, len(whole))
    return name
