"""The same answers through psutil, for systems without /proc and /sys.

On Linux the kernel's files are read directly: importing psutil alone costs more CPU than half of
the collectors together, and its answers are these files' content.
"""

from __future__ import annotations

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from agent.machine import Machine

_NOT_STORAGE = ("", "squashfs", "autofs", "devfs", "nullfs")


class PsutilMissing(OSError):
    """psutil is not installed and this system cannot be read without it."""


def library() -> ModuleType:
    """psutil, imported now. Raises PsutilMissing."""
    try:
        import psutil  # noqa: PLC0415 - optional, and dear where it is not needed
    except ImportError as error:
        message = "psutil is not installed, and this system cannot be read without it"
        raise PsutilMissing(message) from error
    return psutil


def cpus(machine: Machine) -> list[dict[str, Any]]:
    """One entry for the whole machine: psutil does not tell sockets apart."""
    import platform  # noqa: PLC0415 - not needed on Linux

    psutil = library()
    return [
        {
            "model": platform.processor() or machine.uname[3],
            "architecture": machine.uname[3],
            "cores": psutil.cpu_count(logical=False),
            "threads": psutil.cpu_count(),
        }
    ]


def memory() -> dict[str, Any]:
    """Total memory and swap."""
    psutil = library()
    return {
        "total_bytes": psutil.virtual_memory().total,
        "swap_bytes": psutil.swap_memory().total,
    }


def filesystems() -> list[dict[str, Any]]:
    """Local file systems with their size."""
    psutil = library()
    found = []
    for mounted in psutil.disk_partitions(all=False):
        if mounted.fstype in _NOT_STORAGE:
            continue
        try:
            size = psutil.disk_usage(mounted.mountpoint).total
        except OSError:
            size = None
        found.append(
            {
                "mount": mounted.mountpoint,
                "device": mounted.device,
                "type": mounted.fstype,
                "size_bytes": size,
                "read_only": "ro" in mounted.opts.split(","),
            }
        )
    return found


def interfaces() -> list[dict[str, Any]]:
    """Interfaces with MAC, state and addresses."""
    psutil = library()
    states = psutil.net_if_stats()
    found = []
    for name, rows in psutil.net_if_addrs().items():
        state = states.get(name)
        macs = [row.address for row in rows if row.family == psutil.AF_LINK]
        found.append(
            {
                "name": name,
                "mac": macs[0].replace("-", ":").lower() if macs else None,
                "mtu": state.mtu if state else None,
                "speed_mbps": state.speed or None if state else None,
                "up": state.isup if state else None,
                "addresses": addresses(rows),
            }
        )
    return found


def addresses(rows: list[Any]) -> list[dict[str, Any]]:
    """Return the IP addresses among one interface's psutil rows."""
    found = []
    for row in rows:
        if row.family not in (socket.AF_INET, socket.AF_INET6):
            continue
        address = row.address.partition("%")[0]
        found.append(
            {
                "address": address,
                "prefix_length": _prefix_length(row.family, row.netmask),
                "scope": "link" if address.startswith("fe80:") else None,
            }
        )
    return found


def sockets() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (listeners, outgoing connections), with process names where we may know them."""
    psutil = library()
    rows = psutil.net_connections(kind="inet")
    listening = {
        (row.type, row.laddr.port)
        for row in rows
        if row.laddr and (row.status == psutil.CONN_LISTEN or not row.raddr)
    }
    listeners, outgoing = [], []
    names: dict[int | None, tuple[str | None, str | None]] = {}
    for row in rows:
        if row.pid not in names:
            names[row.pid] = _process(psutil, row.pid)
        process, user = names[row.pid]
        protocol = "tcp" if row.type == socket.SOCK_STREAM else "udp"
        if row.laddr and (
            row.status == psutil.CONN_LISTEN or (protocol == "udp" and not row.raddr)
        ):
            listeners.append(_listener(protocol, row, process, user))
        elif row.raddr and (row.type, row.laddr.port) not in listening:
            outgoing.append(_edge(protocol, row, process))
    return listeners, outgoing


def _listener(protocol: str, row: Any, process: str | None, user: str | None) -> dict[str, Any]:
    return {
        "protocol": protocol,
        "address": row.laddr.ip,
        "port": row.laddr.port,
        "process": process,
        "user": user,
    }


def _edge(protocol: str, row: Any, process: str | None) -> dict[str, Any]:
    return {
        "process": process,
        "remote_address": row.raddr.ip,
        "remote_port": row.raddr.port,
        "protocol": protocol,
    }


def _process(psutil: ModuleType, pid: int | None) -> tuple[str | None, str | None]:
    if not pid:
        return None, None
    try:
        process = psutil.Process(pid)
        return process.name(), process.username()
    except psutil.Error:
        return None, None


def _prefix_length(family: int, netmask: str | None) -> int | None:
    if not netmask:
        return None
    try:
        mask = socket.inet_pton(family, netmask.partition("/")[0])
    except (OSError, ValueError):
        return None
    return format(int.from_bytes(mask, "big"), "b").count("1")
