"""TCP sockets from the kernel itself, those of some states alone (sock_diag(7), linux/inet_diag.h).

`ss` asks the same way. For the text of /proc/net/tcp the kernel walks a table that grows with the
machine's memory lock by lock, and writes out every socket in it.
"""

from __future__ import annotations

import socket
import struct

from agent.sources import netlink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_QUESTION = struct.Struct("=BBBxI48x")  # family, protocol, extensions, states, any socket
_PORTS = struct.Struct("!HH")
_OWNER = struct.Struct("=II")  # account, inode
_PORTS_AT, _ADDRESS_AT, _REMOTE_AT, _OWNER_AT, _LENGTH = 4, 8, 24, 64, 72


class TcpRow:
    """One socket: its state (net/tcp_states.h), addresses as bytes in network order, its owner."""

    __slots__ = ("address", "inode", "port", "remote_address", "remote_port", "state", "uid")

    def __init__(self, body: bytes) -> None:
        size = 4 if body[0] == socket.AF_INET else 16
        self.state = body[1]
        self.port, self.remote_port = _PORTS.unpack_from(body, _PORTS_AT)
        self.address = body[_ADDRESS_AT : _ADDRESS_AT + size]
        self.remote_address = body[_REMOTE_AT : _REMOTE_AT + size]
        self.uid, self.inode = _OWNER.unpack_from(body, _OWNER_AT)


def tcp(states: Iterable[int]) -> list[TcpRow]:
    """Return the sockets of both families that are in one of `states`.

    Raises OSError where the kernel cannot be asked so (another system, a tight sandbox, a kernel
    without inet_diag).
    """
    mask = sum(1 << state for state in states)
    rows: list[TcpRow] = []
    for family in (socket.AF_INET, socket.AF_INET6):
        question = _QUESTION.pack(family, socket.IPPROTO_TCP, 0, mask)
        rows += parse(netlink.dump(_SOCK_DIAG, _BY_FAMILY, question))
    return rows


def parse(answer: bytes) -> Iterator[TcpRow]:
    """Return the sockets in an answer of the kernel."""
    for kind, body in netlink.messages(answer):
        if kind == _BY_FAMILY and len(body) >= _LENGTH:
            yield TcpRow(body)
