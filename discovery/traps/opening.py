"""Opens what SNMPv3 users send: whose key fits, and whether the message is new."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from discovery.snmp.codec.notifications import Notification
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.codec.secured import Secured, read_inside, read_secured
from discovery.snmp.credentials import User
from discovery.snmp.usm import decipher, proves
from discovery.traps.engine import OwnEngine

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


class Asked(Exception):
    """A message that announces nothing yet: its sender waits for ``reply``."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        super().__init__("asked who we are")


def open_secured(
    datagram: bytes, users: Iterable[User], clocks: Clocks, own: OwnEngine
) -> tuple[Notification, User]:
    """Return the trap or inform in an SNMPv3 message and the user it came from.

    A message counts at exactly the level of its user: who has a key must have used it. An inform
    counts under our own engine, a trap under any other. Raises Malformed, Stranger and Asked.
    """
    message, users = read_secured(datagram), tuple(users)
    if message.reportable and message.engine_id != own.engine_id and users:
        raise Asked(own.introduction(message))
    for user in users:
        if user.user.encode() == message.user and _is_of(user, message, datagram):
            _check_clock(message, user, clocks, own)
            notification = read_inside(_content(user, message))
            if bool(notification.reply) != (message.engine_id == own.engine_id):
                raise Malformed("a notification under the wrong engine")
            return _with_message(notification, message, user, own), user
    raise Stranger("no user whose key fits")


def _check_clock(message: Secured, user: User, clocks: Clocks, own: OwnEngine) -> None:
    """Raise Asked for a sender that does not know our clock, Stranger for what is told again."""
    if not message.signed:
        return
    if message.engine_id == own.engine_id:
        if not own.is_in_time(message):
            raise Asked(own.correction(message, user))
    elif not clocks.take(message.engine_id, message.boots, message.time):
        raise Stranger("told again")


def _with_message(
    notification: Notification, message: Secured, user: User, own: OwnEngine
) -> Notification:
    """Return an inform with its reply as a message; a trap as it is."""
    if not notification.reply:
        return notification
    return replace(notification, reply=own.response(message, user, notification.reply))


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
