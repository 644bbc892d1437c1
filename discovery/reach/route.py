"""The route to an address: datagrams that die one hop further each time, and who says so.

The errors are read from the socket's own error queue (Linux, ip(7) ``IP_RECVERR``), so it needs no
privilege, and the errors of others are never seen.
"""

import select
import socket
import struct
import time
from contextlib import closing
from dataclasses import dataclass

from discovery.reach.values import CannotCheck, Hop, Route

_MOST_HOPS = 30
#: After so many stations in a row that say nothing, nobody further on will.
_MOST_SILENT = 5
_FIRST_PORT = 33_434
_ERROR = struct.Struct("=IBBBBII")
_MESSAGE_OF_ERROR_QUEUE = 0x2000
_ECONNREFUSED = 111


@dataclass(frozen=True, slots=True)
class _Family:
    """The names that an IP version gives the same things; numbers of Linux' headers."""

    family: int
    level: int
    hops: int
    receive_errors: int
    address: slice


_FAMILIES = {
    4: _Family(socket.AF_INET, socket.IPPROTO_IP, socket.IP_TTL, 11, slice(4, 8)),
    6: _Family(socket.AF_INET6, socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 25, slice(8, 24)),
}


def trace(address: str, timeout_seconds: float = 1.0, most_hops: int = _MOST_HOPS) -> Route:
    """Follow the way to an address; ends within ``most_hops`` times the timeout.

    Raises CannotCheck where nothing can be sent.
    """
    family = _FAMILIES[6 if ":" in address else 4]
    hops: list[Hop] = []
    reached = False
    with closing(_open(family)) as sock:
        for number in range(1, most_hops + 1):
            sock.setsockopt(family.level, family.hops, number)
            hop, reached = _ask(sock, family, address, number, timeout_seconds)
            hops.append(hop)
            silent = [one for one in hops[-_MOST_SILENT:] if not one.address]
            if reached or len(silent) == _MOST_SILENT:
                break
    return Route(address, tuple(hops), reached)


def _open(family: _Family) -> socket.socket:
    try:
        sock = socket.socket(family.family, socket.SOCK_DGRAM)
        sock.setsockopt(family.level, family.receive_errors, 1)
    except OSError as error:
        raise CannotCheck(f"this machine cannot trace routes: {error.strerror}") from None
    return sock


def _ask(
    sock: socket.socket, family: _Family, address: str, number: int, timeout_seconds: float
) -> tuple[Hop, bool]:
    """Send one datagram and return who answered, and whether that is the end of the way."""
    started = time.monotonic()
    try:
        sock.sendto(b"cadastre", (address, _FIRST_PORT + number))
    except OSError as error:
        if error.errno == _ECONNREFUSED:  # of the datagram before; the queue tells
            return _ask(sock, family, address, number, timeout_seconds)
        raise CannotCheck(f"the packet was not sent: {error.strerror}") from None
    queue = select.poll()
    queue.register(sock, select.POLLERR)
    if not queue.poll(1000 * timeout_seconds):
        return Hop(number), False
    told = _told(sock, family)
    if told is None:
        return Hop(number), False
    sender, reached = told
    milliseconds = round(1000 * (time.monotonic() - started), 3)
    return Hop(number, sender, milliseconds), reached or sender == address


def _told(sock: socket.socket, family: _Family) -> tuple[str, bool] | None:
    """Read an error: who sent it, and whether it comes from the end (its port is closed)."""
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, _MESSAGE_OF_ERROR_QUEUE)
    except BlockingIOError:
        return None
    for level, kind, data in ancillary:
        if level == family.level and kind == family.receive_errors:
            code = _ERROR.unpack_from(data)[0]
            octets = data[_ERROR.size :][family.address]
            if len(octets) in {4, 16}:
                return socket.inet_ntop(family.family, octets), code == _ECONNREFUSED
    return None
