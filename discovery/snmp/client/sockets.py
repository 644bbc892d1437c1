"""UDP sockets that take datagrams from devices that were asked, and from no others."""

import asyncio
import socket
from collections import Counter
from typing import Any, Protocol

from discovery.snmp.credentials import Credential
from discovery.snmp.session import Unsendable

Peer = tuple[str, int]

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

_RECEIVE_BUFFER_BYTES = 4 << 20


class DeviceSocket(asyncio.DatagramProtocol):
    """Listens to devices while they are asked.

    A subclass says in ``take`` what to do with a datagram; whatever it raises is noted against the
    sender and harms nobody else.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ready = asyncio.Event()
        self.transport: asyncio.DatagramTransport | None = None
        self.send_error: Exception | None = None
        self._asked: Counter[Peer] = Counter()
        self._malformed: set[Peer] = set()

    def take(self, datagram: bytes, sender: Peer) -> None:
        """Use a datagram of a device that was asked."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # as typeshed's DatagramProtocol
        """Enlarge the buffer, so that a burst of answers is not lost while one is decoded."""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        super().connection_made(transport)
        self.transport = transport
        self.ready.set()

    def datagram_received(self, datagram: bytes, address: tuple[Any, ...]) -> None:
        """Pass on what an asked device sent."""
        sender = (str(address[0]), int(address[1]))
        if sender not in self._asked:
            return
        try:
            self.take(datagram, sender)
        except Exception:  # noqa: BLE001 - a foreign decoder fed by strangers may raise anything
            self._malformed.add(sender)

    def error_received(self, exc: Exception) -> None:
        """Keep the error of the datagram that was just sent."""
        self.send_error = exc

    def begin(self, peer: Peer) -> None:
        """Start to listen to a device."""
        self._asked[peer] += 1

    def end(self, peer: Peer) -> None:
        """Stop listening to a device, unless another request to it is under way."""
        self._asked[peer] -= 1
        if self._asked[peer] <= 0:
            del self._asked[peer]
            self._malformed.discard(peer)

    def sent_garbage(self, peer: Peer) -> bool:
        """Whether the device sent something undecodable since ``begin``."""
        return peer in self._malformed


def check_family(family: int) -> None:
    """Raise Unsendable where this machine does not speak an IP version."""
    try:
        socket.socket(FAMILIES[family], socket.SOCK_DGRAM).close()
    except OSError as error:
        raise Unsendable(f"no socket for IPv{family}: {error.strerror}") from None


class Exchange(Protocol):
    """Carries requests to devices and settles a future with the PDU (or the error) that answers."""

    async def open(self, family: int) -> DeviceSocket:
        """Return the socket for an IP version (4 or 6), opened on first use. Raises Unsendable."""

    def send(self, request: "Request") -> None:
        """Send the request once. Raises Unsendable."""

    def forget(self, request: "Request") -> None:
        """Take no answer to the request any more."""

    def close(self) -> None:
        """Close the sockets."""


class Request:
    """One question to one device; settled by whichever try is answered first."""

    __slots__ = ("_given", "_waiter", "credential", "family", "pdu", "peer", "seconds_left")

    def __init__(self, peer: Peer, family: int, credential: Credential, pdu: Any) -> None:
        self.peer = peer
        self.family = family
        self.credential = credential
        self.pdu = pdu
        #: How long an answer is of interest, counted from the next try.
        self.seconds_left = 0.0
        self._given: Any = None
        self._waiter: asyncio.Future[None] | None = None

    def settle(self, answer: Any) -> None:
        """Hand over the answer; a second one is dropped."""
        if self._given is None:
            self._given = answer
            self._wake()

    async def wait(self, seconds: float) -> Any:
        """Return the answer; None when it did not come in time (it still may, after another try).

        Written with a bare future, as this is done for every packet: ``asyncio.wait`` costs as much
        as decoding twenty variables.
        """
        if self._given is None:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
        return self._given

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
