"""Receives notifications on a UDP port, one at a time; what waits lies in the kernel's buffer."""

import select
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field

from discovery.snmp.codec.notifications import Notification, read_notification
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.codec.secured import is_third_version
from discovery.snmp.credentials import User
from discovery.traps.crowd import Crowd
from discovery.traps.engine import OwnEngine
from discovery.traps.meaning import Announcement, understand
from discovery.traps.opening import Asked, Clocks, Stranger, open_secured

_BUFFER_BYTES = 4 << 20
_POLL_SECONDS = 0.2


@dataclass(slots=True)
class Counts:
    """What became of the datagrams, for those who ask why nothing comes.

    ``asked``: senders of SNMPv3 informs that were told who we are, or how our clock stands.
    """

    received: int = 0
    asked: int = 0
    malformed: int = 0
    strangers: int = 0
    unknown: int = 0
    crowded: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An announcement, who sent it, and under which community or as which SNMPv3 user."""

    sender: str
    community: str
    announcement: Announcement
    user: User | None = None


@dataclass(slots=True)
class Receiver:
    """Listens at an address. ``communities`` and ``users`` are asked each time who may announce.

    ``engine`` is who we are to those who send informs of SNMPv3.
    """

    host: str
    port: int
    communities: Callable[[], Collection[str]]
    users: Callable[[], Collection[User]] = tuple
    counts: Counts = field(default_factory=Counts)
    crowd: Crowd = field(default_factory=Crowd)
    clocks: Clocks = field(default_factory=Clocks)
    engine: OwnEngine = field(default_factory=OwnEngine)

    def open(self) -> socket.socket:
        """Return the bound socket. Raises OSError where the port is taken or not ours to take."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        try:
            sock.bind((self.host, self.port))
        except OSError:
            sock.close()
            raise
        return sock

    def listen(self, sock: socket.socket, should_stop: Callable[[], bool]) -> Iterator[Heard]:
        """Yield what is announced until told to stop; closes the socket."""
        with closing(sock):
            while not should_stop():
                if not select.select([sock], [], [], _POLL_SECONDS)[0]:
                    continue
                datagram, peer = sock.recvfrom(65_535)
                reply, found = self._take(datagram, str(peer[0]).removeprefix("::ffff:"))
                if reply:
                    _send(sock, reply, peer)
                if found is not None:
                    yield found

    def _take(self, datagram: bytes, sender: str) -> tuple[bytes, Heard | None]:
        """Return what the sender waits for, and what it announced, if it may."""
        self.counts.received += 1
        try:
            notification, user = self._open(datagram)
        except Malformed:
            self.counts.malformed += 1
            return b"", None
        except Stranger:
            self.counts.strangers += 1
            return b"", None
        except Asked as asked:
            self.counts.asked += 1
            return asked.reply, None
        community = notification.community.decode("utf-8", "replace")
        announcement = understand(notification)
        if announcement is None:
            self.counts.unknown += 1
            return notification.reply, None
        origin = notification.agent if notification.agent not in {"", "0.0.0.0"} else sender  # noqa: S104 - an address in a message
        if not self.crowd.lets_in(origin, announcement, time.monotonic()):
            self.counts.crowded += 1
            return notification.reply, None
        return notification.reply, Heard(origin, community, announcement, user)

    def _open(self, datagram: bytes) -> tuple[Notification, User | None]:
        """Return what is announced by somebody who may. Raises Malformed, Stranger and Asked."""
        if is_third_version(datagram):
            return open_secured(datagram, self.users(), self.clocks, self.engine)
        notification = read_notification(datagram)
        if notification.community.decode("utf-8", "replace") not in self.communities():
            raise Stranger("no such community")
        return notification, None


def _send(sock: socket.socket, reply: bytes, peer: tuple[str, int]) -> None:
    """Send an answer; one that cannot leave is like one that is lost on the way."""
    with suppress(OSError):
        sock.sendto(reply, peer)
