"""The machine's socket table: who listens, who talks to whom, and which process it is.

Of TCP the kernel is asked for the two states that matter (`socket_diag`). Where that is closed, and
for UDP, the text tables are read (their columns: the kernel's
Documentation/networking/proc_net_tcp.rst). Importing psutil costs more than either.
"""

from __future__ import annotations

import os
import socket
import sys

from agent.sources import socket_diag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_TABLES = {"tcp": ("tcp", "tcp6"), "udp": ("udp", "udp6")}
_ESTABLISHED, _UDP_UNCONNECTED, _TCP_LISTEN = 1, 7, 10  # net/tcp_states.h
_COMM_LENGTH = 15  # TASK_COMM_LEN - 1: longer names arrive cut


class Socket:
    """One row: numeric addresses, ports, the owner's uid and the socket's inode."""

    __slots__ = (
        "address",
        "inode",
        "listening",
        "port",
        "protocol",
        "remote_address",
        "remote_port",
        "uid",
    )

    def __init__(
        self,
        protocol: str,
        state: int,
        ends: tuple[tuple[str, int], tuple[str, int]],
        owner: tuple[str, str],
    ) -> None:
        self.protocol = protocol
        self.listening = state in (_TCP_LISTEN, _UDP_UNCONNECTED)
        (self.address, self.port), (self.remote_address, self.remote_port) = ends
        self.uid, self.inode = owner


class SocketTable:
    """Listening and established sockets, and the name of the process behind each inode."""

    def __init__(self, sockets: list[Socket], processes: dict[str, str]) -> None:
        self.listeners = [row for row in sockets if row.listening]
        self.established = [row for row in sockets if not row.listening]
        self.processes = processes
        self.listening_ports = {(row.protocol, row.port) for row in self.listeners}

    def outgoing(self) -> list[Socket]:
        """Return established sockets this machine opened: their local port is none we listen on."""
        return [
            row for row in self.established if (row.protocol, row.port) not in self.listening_ports
        ]


def socket_table(machine: Machine) -> SocketTable:
    """Return the live or recorded table; other users' processes stay unnamed without root."""
    return machine.once("sockets", _read)


def end_point(text: str) -> tuple[str, int]:
    """Read an address and port as the kernel prints them: 32-bit words in machine byte order.

    An IPv4 address inside IPv6 is given back as IPv4.

    >>> end_point("0100007F:1F90") if sys.byteorder == "little" else ("127.0.0.1", 8080)
    ('127.0.0.1', 8080)
    """
    address, _, port = text.partition(":")
    raw = bytes.fromhex(address)
    if sys.byteorder == "little":
        raw = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    return _written(raw), int(port, 16)


def _written(raw: bytes) -> str:
    """Return an address of 4 or 16 bytes in text, an IPv4 address inside IPv6 as IPv4."""
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw)


def _read(machine: Machine) -> SocketTable:
    sockets = [*_tcp(machine), *_told(machine, "udp", _UDP_UNCONNECTED)]
    inodes = {row.inode for row in sockets if row.inode != "0"}
    return SocketTable(sockets, _process_names(machine, inodes))


def _tcp(machine: Machine) -> list[Socket]:
    if not machine.live:
        return _told(machine, "tcp", _TCP_LISTEN)
    try:
        rows = socket_diag.tcp((_ESTABLISHED, _TCP_LISTEN))
    except OSError:
        return _told(machine, "tcp", _TCP_LISTEN)
    return [
        Socket(
            "tcp",
            row.state,
            ((_written(row.address), row.port), (_written(row.remote_address), row.remote_port)),
            (str(row.uid), str(row.inode)),
        )
        for row in rows
    ]


def _told(machine: Machine, protocol: str, listening: int) -> list[Socket]:
    """Return the established and listening sockets of one protocol's text tables."""
    return [
        Socket(protocol, int(row[3], 16), (end_point(row[1]), end_point(row[2])), (row[7], row[9]))
        for table in _TABLES[protocol]
        for row in _rows(machine, table)
        if int(row[3], 16) in (_ESTABLISHED, listening)
    ]


def _rows(machine: Machine, table: str) -> Iterator[list[str]]:
    for line in machine.lines(f"/proc/net/{table}")[1:]:
        row = line.split()
        if len(row) >= 10:
            yield row


def _process_names(machine: Machine, inodes: set[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    left = set(inodes)
    # Process 1 last: a socket it opened for a service shall carry the service's name.
    pids = sorted(
        (int(name) for name in machine.names("/proc") if name.isdecimal()),
        key=lambda pid: (pid == 1, pid),
    )
    for pid in pids:
        if not left:
            break
        held = _held(machine, pid) & left
        if held:
            name = process_name(machine, pid)
            names.update(dict.fromkeys(held, name) if name else {})
            left -= held
    return names


def _held(machine: Machine, pid: int) -> set[str]:
    folder = f"{machine.root}/proc/{pid}/fd"
    held: set[str] = set()
    try:
        descriptors = os.listdir(folder)
    except PermissionError:
        machine.remark("processes of other users cannot be named without root")
        return held
    except OSError:
        return held
    for descriptor in descriptors:
        try:
            target = os.readlink(f"{folder}/{descriptor}")
        except OSError:
            continue
        if target.startswith("socket:["):
            held.add(target[8:-1])
    return held


def process_name(machine: Machine, pid: int) -> str | None:
    """Return the process's name; one the kernel cut is completed from its command line."""
    name = machine.word(f"/proc/{pid}/comm")
    if name is None or len(name) < _COMM_LENGTH:
        return name
    command = (machine.data(f"/proc/{pid}/cmdline", 4096) or b"").split(b"\0")[0]
    program = os.path.basename(command.decode("utf-8", "replace"))
    return program if program.startswith(name) else name


def ephemeral_ports(machine: Machine) -> range:
    """Return the ports the kernel hands out by chance (ip(7), ip_local_port_range)."""
    ends = (machine.word("/proc/sys/net/ipv4/ip_local_port_range") or "").split()
    first, last = (int(ends[0]), int(ends[1])) if len(ends) == 2 else (32768, 60999)
    return range(first, last + 1)
