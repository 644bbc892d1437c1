"""The machine's socket table: who listens, who talks to whom, and which process it is.

Columns after the kernel's Documentation/networking/proc_net_tcp.rst. On Linux the text tables
are read instead of psutil: importing psutil costs more than reading them.
"""

from __future__ import annotations

import os
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_TABLES = (("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp"))
_ESTABLISHED = "01"
_UDP_UNCONNECTED = "07"
_TCP_LISTEN = "0A"
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

    def __init__(self, protocol: str, row: list[str]) -> None:
        self.protocol = protocol
        self.listening = row[3] in (_TCP_LISTEN, _UDP_UNCONNECTED)
        self.address, self.port = end_point(row[1])
        self.remote_address, self.remote_port = end_point(row[2])
        self.uid = row[7]
        self.inode = row[9]


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
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw), int(port, 16)


def _read(machine: Machine) -> SocketTable:
    sockets = [
        Socket(protocol, row)
        for table, protocol in _TABLES
        for row in _rows(machine, table)
        if _wanted(protocol, row[3])
    ]
    inodes = {row.inode for row in sockets if row.inode != "0"}
    return SocketTable(sockets, _process_names(machine, inodes))


def _rows(machine: Machine, table: str) -> Iterator[list[str]]:
    for line in machine.lines(f"/proc/net/{table}")[1:]:
        row = line.split()
        if len(row) >= 10:
            yield row


def _wanted(protocol: str, state: str) -> bool:
    return state in (_ESTABLISHED, _TCP_LISTEN if protocol == "tcp" else _UDP_UNCONNECTED)


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
