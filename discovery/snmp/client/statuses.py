"""Error statuses of a response (RFC 1157, section 4.1; RFC 3416, section 3), in words."""

from collections.abc import Sequence

from discovery.snmp.session import BadAnswer, Oid, Refused, TooBig, dotted

_TOO_BIG, _NO_SUCH_NAME, _NO_ACCESS, _AUTHORIZATION = 1, 2, 6, 16


def judge(status: int, index: int, asked: Sequence[Oid], *, first_version: bool) -> int | None:
    """Return None for success, or the place of the variable that SNMPv1 says does not exist.

    Raises TooBig, Refused or BadAnswer for every other status. ``index`` counts from 1 and may be
    anything a device says.
    """
    if status == 0:
        return None
    place = index - 1
    if status == _NO_SUCH_NAME and first_version and 0 <= place < len(asked):
        return place
    if status == _TOO_BIG:
        raise TooBig("the answer would not fit into one message")
    if status in (_NO_ACCESS, _AUTHORIZATION):
        raise Refused("the device does not let these credentials read")
    if not 0 <= place < len(asked):
        raise BadAnswer(f"the device answered with error status {status}")
    raise BadAnswer(f"error status {status} for {dotted(asked[place])}", place)
