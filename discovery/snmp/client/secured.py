"""SNMPv3 by our own codec: one socket for all users and devices.

What an engine is called and what its clock says is learnt from its own reports (RFC 3414, section
4), once for each device. An answer counts only when it proves who made it, as well as the question
did, and when its clock is right.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from discovery.snmp.client.sockets import FAMILIES, DeviceSocket, Peer, Request, check_family
from discovery.snmp.client.statuses import judge
from discovery.snmp.codec.requests import GET, GET_NEXT, bulk_pdu, request_pdu
from discovery.snmp.codec.responses import Malformed, Response
from discovery.snmp.codec.secured import (
    Envelope,
    Secured,
    number_of_secured,
    read_answer,
    read_secured,
    scoped,
    write_secured,
)
from discovery.snmp.credentials import User
from discovery.snmp.session import Oid, Refused, SnmpError, Unsendable, VarBind
from discovery.snmp.usm import decipher, encipher, proof_octets, proof_of, proves

_NUMBERS = 0x7FFF_FFFF
_numbers = itertools.count(secrets.randbelow(_NUMBERS))
_salts = itertools.count(secrets.randbits(63))
#: How far a clock may be behind ours (RFC 3414, section 2.2.3).
_WINDOW_SECONDS = 150
_LAST_BOOT = 2**31 - 1
_LARGEST_MESSAGE = 65_507
#: usmStats: which counter a report names says what was wrong.
_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_NOT_IN_WINDOW, _UNKNOWN_ENGINE = 2, 4
_REFUSALS = {
    1: "wants another security level for this user",
    3: "does not know the user",
    5: "does not accept the authentication key",
    6: "does not accept the privacy key",
}


class Lesson(Exception):
    """Something about the device was learnt: the same request is worth another try.

    The text is what to say when it goes on like this.
    """


@dataclass(slots=True)
class Engine:
    """A device's engine and its clock; ``proved`` once a signed message told the clock."""

    id: bytes
    boots: int
    seconds: int
    at: float
    proved: bool = False

    def clock(self) -> tuple[int, int]:
        """Return (boots, seconds since), as its clock must stand now."""
        return self.boots, min(self.seconds + int(time.monotonic() - self.at), _LAST_BOOT)

    def accept(self, boots: int, seconds: int) -> bool:
        """Take what a signed message tells of the clock; False when it is too old to count."""
        if boots == _LAST_BOOT:
            return False
        ours, now = self.clock()
        if boots > ours or (boots == ours and seconds > self.seconds) or not self.proved:
            self.boots, self.seconds, self.at = boots, seconds, time.monotonic()
            self.proved = True
            return True
        return boots == ours and seconds >= now - _WINDOW_SECONDS


class SecuredQuestion:
    """A PDU that is ready to be put into a message, and the messages that it was put into."""

    __slots__ = ("messages", "number", "pdu")

    def __init__(self, number: int, pdu: bytes) -> None:
        self.number = number
        self.pdu = pdu
        self.messages: list[int] = []


class SecuredMessages:
    """Builds the PDUs of RFC 3416 and reads their answers. All raise Unsendable for no OID."""

    def get(self, oids: Sequence[Oid]) -> SecuredQuestion:
        """Return a GET."""
        return self._question(GET, oids)

    def get_next(self, oids: Sequence[Oid]) -> SecuredQuestion:
        """Return a GETNEXT."""
        return self._question(GET_NEXT, oids)

    def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> SecuredQuestion:
        """Return a GETBULK without non-repeaters."""
        number = next(_numbers) % _NUMBERS
        try:
            return SecuredQuestion(number, bulk_pdu(number, oids, repetitions))
        except ValueError as error:
            raise Unsendable(f"the request could not be made: {error}") from None

    def _question(self, kind: int, oids: Sequence[Oid]) -> SecuredQuestion:
        number = next(_numbers) % _NUMBERS
        try:
            return SecuredQuestion(number, request_pdu(kind, number, oids))
        except ValueError as error:
            raise Unsendable(f"the request could not be made: {error}") from None

    def read(self, answer: Response, asked: Sequence[Oid]) -> tuple[Sequence[VarBind], int | None]:
        """Return the variables. Raises TooBig, Refused or BadAnswer for an error status."""
        judge(answer.status, answer.place, asked, first_version=False)
        return answer.varbinds, None


class _SecuredSocket(DeviceSocket):
    def __init__(self, exchange: "SecuredExchange") -> None:
        super().__init__()
        self._exchange = exchange

    def take(self, datagram: bytes, sender: Peer) -> None:
        self._exchange.take(datagram, sender)


class SecuredExchange:
    """Exchanges the messages of all SNMPv3 users over one socket per IP version."""

    def __init__(self) -> None:
        self._engines: dict[Peer, Engine] = {}
        self._pending: dict[tuple[Peer, int], Request] = {}
        self._sockets: dict[int, _SecuredSocket] = {}

    async def open(self, family: int) -> DeviceSocket:
        """Return the socket for an IP version (4 or 6), opened on first use. Raises Unsendable."""
        if family not in self._sockets:
            check_family(family)
            self._sockets[family] = sock = _SecuredSocket(self)
            await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: sock, family=FAMILIES[family]
            )
        await self._sockets[family].ready.wait()
        return self._sockets[family]

    def send(self, request: Request) -> None:
        """Send the request once, or ask the device who it is where that is not known yet."""
        question: SecuredQuestion = request.pdu
        number = next(_numbers) % _NUMBERS
        engine = self._engines.get(request.peer)
        message = (
            write_secured(Envelope(number, b"", b"", 0, 0), scoped(b"", b"", _nothing(number)))[0]
            if engine is None
            else _message(_user(request), engine, number, question.pdu)
        )
        question.messages.append(number)
        self._pending[request.peer, number] = request
        transport = self._sockets[request.family].transport
        if transport is not None:
            transport.sendto(message, request.peer)

    def forget(self, request: Request) -> None:
        """Take no answer to the request any more."""
        for number in request.pdu.messages:
            self._pending.pop((request.peer, number), None)

    def close(self) -> None:
        """Close the sockets."""
        for sock in self._sockets.values():
            if sock.transport is not None:
                sock.transport.close()

    def take(self, datagram: bytes, sender: Peer) -> None:
        """Settle the request that a datagram answers. Raises Malformed, ValueError."""
        request = self._pending.get((sender, number_of_secured(datagram)))
        if request is None:
            return
        message = read_secured(datagram)
        engine = self._engines.get(sender)
        if engine is None:
            self._engines[sender] = _introduced(message)
            request.settle(Lesson("keeps changing its engine id"))
            return
        answer = self._opened(_user(request), engine, message, datagram)
        if isinstance(answer, Response) and answer.number != request.pdu.number:
            return
        if isinstance(answer, Lesson) and message.engine_id != engine.id:
            self._engines[sender] = _introduced(message)
        if answer is not None:
            request.settle(answer)

    def _opened(
        self, user: User, engine: Engine, message: Secured, datagram: bytes
    ) -> Response | SnmpError | Lesson | None:
        """Return what a message says, once it has proved that it may; None where it may not."""
        refused = _distrusted(user, engine, message, datagram)
        if refused is not None:
            return refused[0]
        try:
            answer, is_report = read_answer(_deciphered(user, engine, message))
        except ValueError:
            if not message.enciphered:
                raise
            return Refused("the device does not accept the privacy key")
        if is_report:
            return _judged(answer, engine, message)
        # An answer is protected as the question was, or somebody else may have made it.
        level = (bool(user.auth_protocol), bool(user.priv_protocol))
        return answer if level == (message.signed, message.enciphered) else None


def _distrusted(
    user: User, engine: Engine, message: Secured, datagram: bytes
) -> tuple[Refused | None] | None:
    """Return why a signed message does not count, if it does not; None in it: nobody need know."""
    if not message.signed:
        return None
    if not user.auth_protocol or message.engine_id != engine.id:
        return (None,)
    if not proves(user, engine.id, datagram, message.proof):
        return (Refused("the device signs with another authentication key"),)
    return None if engine.accept(message.boots, message.time) else (None,)


def _user(request: Request) -> User:
    user = request.credential
    if not isinstance(user, User):
        raise TypeError("SNMPv3 is spoken by users")
    return user


def _nothing(number: int) -> bytes:
    """Return a GET of nothing, for which a device introduces itself."""
    return request_pdu(GET, number, ())


def _introduced(message: Secured) -> Engine:
    if not 5 <= len(message.engine_id) <= 32:
        raise Malformed("an engine id that cannot be")
    return Engine(message.engine_id, message.boots, message.time, time.monotonic())


def _message(user: User, engine: Engine, number: int, pdu: bytes) -> bytes:
    """Return a message, signed and enciphered as the user wants it."""
    boots, seconds = engine.clock()
    content = scoped(engine.id, user.context.encode(), pdu)
    salt = b""
    if user.priv_protocol:
        salt = (next(_salts) % 2**64).to_bytes(8)
        content = encipher(user, engine.id, (boots, seconds), salt, content)
    size = proof_octets(user)
    envelope = Envelope(number, user.user.encode(), engine.id, boots, seconds, size, salt)
    blank, (start, end) = write_secured(envelope, content)
    if len(blank) > _LARGEST_MESSAGE:
        raise Unsendable("the request could not be made: it is too long")
    if not size:
        return blank
    return blank[:start] + proof_of(user, engine.id, blank) + blank[end:]


def _deciphered(user: User, engine: Engine, message: Secured) -> bytes:
    if not message.enciphered:
        return message.content
    if not user.priv_protocol:
        raise Malformed("enciphered for a user without a key")
    clock = (message.boots, message.time)
    return decipher(user, engine.id, clock, message.salt, message.content)


def _judged(report: Response, engine: Engine, message: Secured) -> SnmpError | Lesson | None:
    """Return what a report means (RFC 3414, section 3.2)."""
    name = report.varbinds[0][0] if report.varbinds else ()
    counter = name[len(_STATS)] if name[: len(_STATS)] == _STATS and len(name) > 9 else 0
    if counter == _UNKNOWN_ENGINE:
        return Lesson("keeps changing its engine id")
    if counter == _NOT_IN_WINDOW:
        if not message.signed:
            # Without a proof, only what was never proved may be corrected.
            if engine.proved:
                return None
            engine.boots, engine.seconds, engine.at = message.boots, message.time, time.monotonic()
        return Lesson("keeps a clock that does not hold still")
    if counter in _REFUSALS:
        return Refused(f"the device {_REFUSALS[counter]}")
    return Refused("the device answers with a report that says nothing of use")
