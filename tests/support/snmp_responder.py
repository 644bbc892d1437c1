"""A responder for recorded and hostile SNMP devices: one socket, a device per loopback address.

It speaks v1 and v2c, and v3 as the engine that it is given. The socket is bound to all of 127/8 by
the loopback device; packet information tells which address was asked, and the answer comes from
that address.
"""

import heapq
import select
import socket
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from discovery.snmp.codec.secured import is_third_version
from tests.support import ber
from tests.support.ber import Oid
from tests.support.snmp_recordings import Recording
from tests.support.snmp_secured import SecuredEngine

GET, GET_NEXT, GET_BULK = 0xA0, 0xA1, 0xA5
_NO_SUCH_NAME = 2
_IP_PKTINFO = 8  # Linux; Python 3.11 has no name for it


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``repetitions`` is 1 for all but GETBULK."""

    version: int
    community: bytes
    kind: int
    request_id: int
    oids: Sequence[Oid]
    repetitions: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device sends back: encoded varbinds or an error, or ``raw`` octets instead.

    ``sender`` lets it come from another loopback address than the one that was asked.
    """

    varbinds: Sequence[bytes] = ()
    error: tuple[int, int] = (0, 0)
    delay_seconds: float = 0.0
    raw: bytes | None = None
    sender: str = ""


class Device(Protocol):
    """A device behind one address."""

    def answer(self, request: Request) -> Answer | None:
        """Return the answer, or None to stay silent."""


@dataclass
class RecordedDevice:
    """Answers as the recording does; cuts answers to ``max_bytes`` as RFC 3416 allows.

    ``refused`` counts requests under another community.
    """

    recording: Recording
    community: bytes = b"public"
    max_bytes: int = 60_000
    delay_seconds: float = 0.0
    requests: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)

    def answer(self, request: Request) -> Answer | None:
        """Answer a request under the right community."""
        if request.community != self.community:
            self.refused += 1
            return None
        self.requests += 1
        if request.kind == GET_BULK:
            return Answer(self._bulk(request), delay_seconds=self.delay_seconds)
        varbinds = []
        for place, oid in enumerate(request.oids, 1):
            found = self._one(request.kind, oid)
            if found is None and request.version == 0:
                nothing = [ber.varbind(name, b"\x05\x00") for name in request.oids]
                return Answer(nothing, (_NO_SUCH_NAME, place), self.delay_seconds)
            missing = ber.NO_SUCH_INSTANCE if request.kind == GET else ber.END_OF_MIB
            varbinds.append(found or ber.exception(oid, missing))
        return Answer(varbinds, delay_seconds=self.delay_seconds)

    def _one(self, kind: int, oid: Oid) -> bytes | None:
        if kind == GET:
            return self.recording.exact(oid)
        following = self.recording.after(oid)
        return following[1] if following else None

    def _bulk(self, request: Request) -> Sequence[bytes]:
        varbinds: list[bytes] = []
        size = 0
        cursors = list(request.oids)
        for _ in range(request.repetitions):
            for place, cursor in enumerate(cursors):
                following = self.recording.after(cursor)
                if following is None:
                    varbinds.append(ber.exception(cursor, ber.END_OF_MIB))
                else:
                    cursors[place], varbind = following
                    varbinds.append(varbind)
                size += len(varbinds[-1])
                if size > self.max_bytes:
                    return varbinds[:-1]
        return varbinds


class SnmpResponder:
    """Serves devices by address on one port; a context manager with a thread of its own."""

    def __init__(self, devices: Mapping[str, Device], engine: SecuredEngine | None = None) -> None:
        self._devices = devices
        self._engine = engine
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        # All of 127/8 answers here and nothing else does: packets to "any" come from loopback only.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        self._socket.bind(("", 0))
        self.port: int = self._socket.getsockname()[1]
        self._due: list[tuple[float, int, bytes, bytes, tuple[str, int]]] = []
        self._stop, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for sock in (self._socket, self._stop, self._wake):
            sock.close()

    def cpu_seconds(self) -> float:
        """Return what playing the devices has cost, for those who measure the other side."""
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident or 0))

    def _serve(self) -> None:
        order = 0
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            readable, _, _ = select.select([self._socket, self._stop], [], [], wait)
            if self._stop in readable:
                return
            if self._socket in readable:
                order += 1
                self._take(order)
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, datagram, own_address, peer = heapq.heappop(self._due)
                self._send(datagram, own_address, peer)

    def _take(self, order: int) -> None:
        datagram, ancillary, _, peer = self._socket.recvmsg(65_536, 256)
        # struct in_pktinfo: interface index, local address, destination of the header.
        own_address = next((data[8:12] for _, kind, data in ancillary if kind == _IP_PKTINFO), b"")
        device = self._devices.get(socket.inet_ntoa(own_address))
        if device is None:
            return
        try:
            if self._engine is not None and is_third_version(datagram):
                self._take_secured(device, datagram, order, own_address, peer)
                return
            request = _parse(datagram)
        except (ValueError, IndexError):
            return
        answer = device.answer(request)
        if answer is None:
            return
        reply = answer.raw if answer.raw is not None else _encode(request, answer)
        own_address = socket.inet_aton(answer.sender) if answer.sender else own_address
        due = time.monotonic() + answer.delay_seconds
        heapq.heappush(self._due, (due, order, reply, own_address, peer))

    def _take_secured(
        self, device: Device, datagram: bytes, order: int, own: bytes, peer: tuple[str, int]
    ) -> None:
        """Answer as an engine does: under v3 the user stands for the community."""

        def play(kind: int, content: bytes) -> bytes | None:
            request = _read_pdu(1, b"public", kind, content)
            answer = device.answer(request)
            if answer is None:
                return None
            return ber.response(request.request_id, answer.varbinds, answer.error)

        reply = self._engine.answer(datagram, play) if self._engine is not None else None
        if reply is not None:
            heapq.heappush(self._due, (time.monotonic(), order, reply, own, peer))

    def _send(self, datagram: bytes, own_address: bytes, peer: tuple[str, int]) -> None:
        info = struct.pack("@I4s4s", 0, own_address, b"\0" * 4)
        ancillary = [(socket.IPPROTO_IP, _IP_PKTINFO, info)]
        self._socket.sendmsg([datagram], ancillary, 0, peer)


def _parse(datagram: bytes) -> Request:
    whole = ber.Reader(ber.Reader(datagram).take()[1])
    version = whole.number()
    community = whole.take()[1]
    return _read_pdu(version, community, *whole.take())


def _read_pdu(version: int, community: bytes, kind: int, content: bytes) -> Request:
    pdu = ber.Reader(content)
    request_id, _, repetitions = pdu.number(), pdu.number(), pdu.number()
    return Request(
        version=version,
        community=community,
        kind=kind,
        request_id=request_id,
        oids=ber.read_names(pdu.take()[1]),
        repetitions=repetitions if kind == GET_BULK else 1,
    )


def _encode(request: Request, answer: Answer) -> bytes:
    pdu = ber.response(request.request_id, answer.varbinds, answer.error)
    return ber.message(request.version, request.community, pdu)
