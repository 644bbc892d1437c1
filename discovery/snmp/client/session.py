"""Sessions over the network (see ``discovery.snmp.session.SnmpSession``)."""

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from discovery.snmp.client.community import CommunityExchange, CommunityMessages
from discovery.snmp.client.messages import AGAIN, Messages, refusal
from discovery.snmp.client.secured import Lesson, SecuredExchange, SecuredMessages
from discovery.snmp.client.sockets import DeviceSocket, Exchange, Peer, Request
from discovery.snmp.client.user import UserExchange
from discovery.snmp.credentials import Credential, User
from discovery.snmp.pacing import Pace
from discovery.snmp.session import (
    ABSENT,
    END,
    BadAnswer,
    Limits,
    NoAnswer,
    Oid,
    Refused,
    SnmpError,
    SnmpSession,
    Unsendable,
    Value,
    VarBind,
)

#: How often one request may teach an engine something about the device and be sent once more.
_LESSONS = 4
#: A pysnmp engine copies the user for every device it meets and walks all copies at each new one,
#: so the cost of a device grows with the devices before it.
_DEVICES_PER_ENGINE = 100


class SnmpClient:
    """Opens sessions; an asynchronous context manager that serves one event loop.

    ``pace`` holds for all requests together; none means as fast as devices answer. ``by_pysnmp``
    lets pysnmp speak SNMPv3 instead of our own codec: twenty times slower, and the oracle of its
    tests.
    """

    def __init__(self, pace: Pace | None = None, *, by_pysnmp: bool = False) -> None:
        self._pace = pace
        self._by_pysnmp = by_pysnmp
        self._communities = CommunityExchange()
        self._secured = SecuredExchange()
        self._users: dict[User, tuple[UserExchange, int]] = {}
        self._opened: list[Exchange] = [self._communities, self._secured]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for exchange in self._opened:
            exchange.close()
        await asyncio.sleep(0)  # lets the sockets' closing callbacks run

    def session(
        self, address: str, port: int, credential: Credential, limits: Limits
    ) -> SnmpSession:
        """Return a session with the device at an IP address (v4 or v6, no names)."""
        peer = (address, port)
        if not isinstance(credential, User):
            plain = CommunityMessages(credential)
            return _Session(self._communities, plain, peer, credential, limits, self._pace)
        if self._by_pysnmp:
            exchange = self._user(credential)
            return _Session(exchange, Messages(), peer, credential, limits, self._pace)
        return _Session(self._secured, SecuredMessages(), peer, credential, limits, self._pace)

    def _user(self, user: User) -> Exchange:
        """Return the user's exchange, or a fresh one where it has served its share of devices."""
        exchange, devices = self._users.get(user, (None, 0))
        if exchange is None or devices >= _DEVICES_PER_ENGINE:
            exchange, devices = UserExchange(user), 0
            self._opened.append(exchange)
        self._users[user] = exchange, devices + 1
        return exchange


class _Session:
    """One device under one credential."""

    def __init__(
        self,
        exchange: Exchange,
        messages: Messages | CommunityMessages | SecuredMessages,
        peer: Peer,
        credential: Credential,
        limits: Limits,
        pace: Pace | None,
    ) -> None:
        self._exchange = exchange
        self._peer = peer
        self._family = ipaddress.ip_address(peer[0].partition("%")[0]).version
        self._credential = credential
        self._limits = limits
        # Questions and answers are of the exchange's own kind.
        self._messages: Any = messages
        self._paces = [Pace(limits.requests_per_second), *([pace] if pace else [])]

    @property
    def limits(self) -> Limits:
        return self._limits

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        wanted = list(oids)
        found: dict[Oid, Value] = dict.fromkeys(oids, ABSENT)
        while wanted:
            answer = await self._ask(self._messages.get(wanted))
            varbinds, absent = self._messages.read(answer, wanted)
            if absent is None:
                found.update((oid, value) for oid, value in varbinds if oid in found)
                break
            del wanted[absent]
        return found

    async def bulk(self, oids: Sequence[Oid], repetitions: int) -> Sequence[VarBind]:
        if self._credential.version == "1":
            return await self._next(oids)
        answer = await self._ask(self._messages.get_bulk(oids, repetitions))
        varbinds: Sequence[VarBind] = self._messages.read(answer, oids)[0]
        if len(varbinds) > len(oids) * repetitions:
            raise BadAnswer(f"the device answered {len(varbinds)} variables where fewer were asked")
        return varbinds

    async def _next(self, oids: Sequence[Oid]) -> Sequence[VarBind]:
        """One round of GETNEXT; what SNMPv1 answers with noSuchName has no successor."""
        answers: dict[int, VarBind] = {}
        places = list(range(len(oids)))
        while places:
            asked = [oids[place] for place in places]
            answer = await self._ask(self._messages.get_next(asked))
            varbinds, absent = self._messages.read(answer, asked)
            if absent is None:
                answers.update(zip(places, varbinds, strict=False))
                break
            answers[places[absent]] = (asked[absent], END)
            del places[absent]
        return [answers[place] for place in sorted(answers)]

    async def _ask(self, pdu: Any) -> Any:
        """Send a request, again where need be, and return the PDU that answers it."""
        sock = await self._exchange.open(self._family)
        sock.begin(self._peer)
        try:
            answer: Any = None
            for _ in range(_LESSONS):
                request = Request(self._peer, self._family, self._credential, pdu)
                answer = await self._answer(request, sock)
                if not isinstance(answer, (*AGAIN, Lesson)):
                    break
        finally:
            sock.end(self._peer)
        if isinstance(answer, SnmpError):
            raise answer
        if isinstance(answer, Lesson):
            raise Refused(f"the device {answer}")
        if isinstance(answer, Exception):
            raise refusal(answer)
        return answer

    async def _answer(self, request: Request, sock: DeviceSocket) -> Any:
        seconds, tries = self._limits.timeout_seconds, self._limits.retries + 1
        try:
            for tries_left in range(tries, 0, -1):
                request.seconds_left = seconds * tries_left
                for pace in self._paces:
                    await pace.turn()
                sock.send_error = None
                self._exchange.send(request)
                if sock.send_error is not None:
                    raise Unsendable(f"the request was not sent: {sock.send_error}")
                answer = await request.wait(seconds)
                if answer is not None:
                    return answer
        finally:
            self._exchange.forget(request)
        if sock.sent_garbage(self._peer):
            raise BadAnswer("the device answers in something that is not SNMP")
        tried = "one try" if tries == 1 else f"{tries} tries"
        raise NoAnswer(f"no answer after {tried} of {seconds:g} s")
