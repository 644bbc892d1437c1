"""Who is there: addresses are asked at a steady pace, without waiting, without state per packet.

One socket per IP version. An address is asked once per credential and again after the timeout, as
often as ``retries`` says, unless it has answered. An address of which is remembered what fitted
before is asked with that alone at first, so that a device is not offered what it refuses; when it
stays silent, with everything. What is kept: the addresses whose time is running (pace times
timeout) and those that answered.
"""

import asyncio
import secrets
import socket
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community, Credential, Ladder
from discovery.snmp.pacing import Pace
from discovery.snmp.ping import Pings

_TICK_SECONDS = 0.01
#: Answers to several credentials arrive together; this is how long they are waited for.
_GRACE_SECONDS = 0.2
_RECEIVE_BUFFER_BYTES = 8 << 20
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class Answering:
    """An address that answered, with the places of the credentials that worked, in their order.

    For SNMPv3 the place of the first user stands for all users: the device speaks SNMPv3.
    """

    address: str
    places: tuple[int, ...]


class RollCall:
    """Asks many addresses who is there; the counts may be read while it runs.

    ``asked`` counts addresses that have answered or used up their tries, ``sent`` packets,
    ``unsendable`` addresses to which no packet could leave this machine. ``settled`` addresses from
    the first on are over: silent, or told to be read (``took``).
    """

    def __init__(
        self, credentials: Sequence[Credential], settings: ScanSettings, pace: Pace | None = None
    ) -> None:
        self._pace = pace or Pace(settings.pace)
        self._ladder = Ladder.over(credentials)
        self._pings = Pings(credentials, secrets.randbelow(1 << 16))
        self._settings = settings
        self._ears: dict[int, _Ear | None] = {}
        self._answers: dict[str, set[int]] = {}
        self._fresh: deque[tuple[float, str]] = deque()
        self._running: deque[tuple[float, str, int]] = deque()
        self._again: deque[tuple[str, int]] = deque()
        #: Addresses that are not over, in the order in which they were first asked.
        self._open: dict[str, int] = {}
        self._begun = 0
        self.asked = 0
        self.sent = 0
        self.unsendable = 0

    async def run(self, addresses: Iterable[str]) -> AsyncGenerator[Answering]:
        """Yield each address that answers, soon after it did."""
        waiting = iter(addresses)
        allowance = self._pace
        try:
            more = True
            while more or self._running or self._again or self._fresh:
                self._settle(time.monotonic())
                allowance.refill()
                while more and allowance.packets >= 1:
                    more = await self._ask_next(waiting, allowance)
                for answering in self._complete(time.monotonic()):
                    yield answering
                await asyncio.sleep(_TICK_SECONDS)
                more = more or bool(self._again)
        finally:
            for ear in self._ears.values():
                if ear is not None:
                    ear.close()

    def _settle(self, now: float) -> None:
        """Take leave of the addresses whose time is over, or line them up for another try."""
        while self._running and self._running[0][0] <= now:
            _, address, tries_left = self._running.popleft()
            if address in self._answers:
                self.asked += 1
            elif not tries_left:
                self.asked += 1
                self.took(address)
            else:
                self._again.append((address, tries_left - 1))

    async def _ask_next(self, waiting: Iterator[str], allowance: Pace) -> bool:
        """Ask one address; return whether there was one."""
        address, tries_left = self._again.popleft() if self._again else (next(waiting, ""), -1)
        if not address:
            return False
        messages: Collection[bytes] = self._pings.messages.values()
        if tries_left < 0:
            messages, tries_left = self._begin(address)
        ear = await self._ear(6 if ":" in address else 4)
        if ear is None:
            self.unsendable += 1
            self.asked += 1
            self.took(address)
            return True
        for message in messages:
            ear.send(message, (address, self._settings.port))
            self.sent += 1
            allowance.packets -= 1
        self._running.append(
            (time.monotonic() + self._settings.timeout_seconds, address, tries_left)
        )
        return True

    def _begin(self, address: str) -> tuple[Collection[bytes], int]:
        """Return what an address is asked at first, and how many tries come after that."""
        self._open[address] = self._begun
        self._begun += 1
        retries, messages = self._settings.retries, self._pings.messages
        first = self._ladder.first_at(address)
        if first is None or len(messages) == 1:
            return messages.values(), retries
        if not isinstance(self._ladder[first], Community):  # one message asks for all users
            first = next(one for one in messages if not isinstance(self._ladder[one], Community))
        return (messages[first],), max(retries, 1)

    def took(self, address: str) -> None:
        """Note that an address is over."""
        self._open.pop(address, None)

    @property
    def settled(self) -> int:
        """How many addresses from the first on are over."""
        return next(iter(self._open.values()), self._begun)

    async def _ear(self, version: int) -> "_Ear | None":
        """Return the socket of an IP version, None where this machine does not speak it."""
        if version not in self._ears:
            ear = _Ear(self._hear)
            try:
                await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: ear, family=_FAMILIES[version]
                )
            except OSError:
                self._ears[version] = None
            else:
                self._ears[version] = ear
        return self._ears[version]

    def _hear(self, datagram: bytes, address: str, port: int) -> None:
        place = self._pings.answered(datagram)
        if place is None or port != self._settings.port:
            return
        if address not in self._answers:
            self._answers[address] = set()
            self._fresh.append((time.monotonic() + _GRACE_SECONDS, address))
        self._answers[address].add(place)

    def _complete(self, now: float) -> Iterator[Answering]:
        while self._fresh and self._fresh[0][0] <= now:
            address = self._fresh.popleft()[1]
            yield Answering(address, tuple(sorted(self._answers[address])))


class _Ear(asyncio.DatagramProtocol):
    """Sends and hears datagrams; what cannot be sent is as silent as what is not answered."""

    def __init__(self, hear: Callable[[bytes, str, int], None]) -> None:
        self._hear = hear
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # as typeshed's DatagramProtocol
        self._transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._hear(data, str(addr[0]), int(addr[1]))

    def error_received(self, exc: Exception) -> None:
        pass  # no route, prohibited, unreachable: the address counts as silent

    def send(self, message: bytes, peer: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(message, peer)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
