"""Opens what SNMPv3 users send: whose key fits, and whether the message is new."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from discovery.snmp.codec.notifications import Notification
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.codec.secured import Secured, read_inside, read_secured
from discovery.snmp.credentials import User
from discovery.snmp.usm import decipher, proves

#: How late a message may come (RFC 3414, section 2.2.3).
_WINDOW_SECONDS = 150
_MOST_ENGINES = 10_000


class Stranger(Exception):
    """A message of a user that is not known, whose key does not fit, or that is told again."""


@dataclass(slots=True)
class Clocks:
    """The newest clock of each engine; the engines that were heard last are remembered."""

    _newest: OrderedDict[bytes, tuple[int, int]] = field(default_factory=OrderedDict)

    def take(self, engine_id: bytes, boots: int, time: int) -> bool:
        """Say whether a proven message is new enough, and remember its clock."""
        newest = self._newest.get(engine_id, (0, 0))
        if boots < newest[0] or (boots == newest[0] and time < newest[1] - _WINDOW_SECONDS):
            return False
        self._newest[engine_id] = max(newest, (boots, time))
        self._newest.move_to_end(engine_id)
        if len(self._newest) > _MOST_ENGINES:
            self._newest.popitem(last=False)
        return True


def open_secured(
    datagram: bytes, users: Iterable[User], clocks: Clocks
) -> tuple[Notification, User]:
    """Return the trap in an SNMPv3 message and the user it came from.

    A message counts at exactly the level of its user: who has a key must have used it. Raises
    Malformed and Stranger.
    """
    message = read_secured(datagram)
    for user in users:
        if user.user.encode() == message.user and _is_of(user, message, datagram):
            if message.signed and not clocks.take(message.engine_id, message.boots, message.time):
                raise Stranger("told again")
            return read_inside(_content(user, message)), user
    raise Stranger("no user whose key fits")


def _is_of(user: User, message: Secured, datagram: bytes) -> bool:
    level = bool(user.auth_protocol), bool(user.priv_protocol)
    if level != (message.signed, message.enciphered):
        return False
    return not message.signed or proves(user, message.engine_id, datagram, message.proof)


def _content(user: User, message: Secured) -> bytes:
    if not message.enciphered:
        return message.content
    clock = message.boots, message.time
    try:
        return decipher(user, message.engine_id, clock, message.salt, message.content)
    except ValueError as error:
        raise Malformed(str(error)) from None
