"""What never stands still: last values only, outside every digest, sent when they moved enough."""

from __future__ import annotations

from agent.sources.mounts import mounts, size_and_free

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_MIB = 1024 * 1024
_DAY_SECONDS = 86400
# The share of the larger of two values by which they must differ to be worth telling.
_WORTH_TELLING = 0.2
_LOAD_WORTH_TELLING = 0.5


def take(machine: Machine) -> dict[str, Any]:
    """Return every reading there is.

    `uptime_seconds`, `load` (over 1, 5 and 15 minutes), `memory_available_bytes` and
    `filesystem_free_bytes` by mount point, both in whole MiB.
    """
    if not machine.linux:
        return {}
    found: dict[str, Any] = {
        "uptime_seconds": _uptime_seconds(machine),
        "load": _load(machine),
        "memory_available_bytes": _memory_available_bytes(machine),
        "filesystem_free_bytes": _filesystem_free_bytes(machine),
    }
    return {name: value for name, value in found.items() if value}


def take_daily(machine: Machine) -> dict[str, Any]:
    """Return what is told once a day only: who is signed in, neighbours, processes.

    `logged_in_users` by name, `neighbours` (address to MAC) on the same networks, and `processes`
    by name and user with how many there are: never their environment or command line.
    """
    if not machine.linux:
        return {}
    from agent.sources import processes, sessions  # noqa: PLC0415 - once a day is seldom

    found = {
        "logged_in_users": sessions.logged_in(machine),
        "neighbours": _neighbours(machine),
        "processes": processes.running(machine),
    }
    return {name: value for name, value in found.items() if value}


def _neighbours(machine: Machine) -> dict[str, str]:
    rows = (line.split() for line in machine.lines("/proc/net/arp")[1:])
    return {row[0]: row[3] for row in rows if len(row) > 3 and row[3] != "00:00:00:00:00:00"}


def due(taken: dict[str, Any], told: dict[str, Any], seconds_since: float | None) -> dict[str, Any]:
    """Return the readings worth sending: all of them once a day, between that those that moved.

    `told` are the values the server has, `seconds_since` their age (None: it has none).
    """
    if seconds_since is None or not 0 <= seconds_since < _DAY_SECONDS:
        return taken
    return {name: value for name, value in taken.items() if _moved(name, value, told.get(name))}


def _moved(name: str, value: Any, told: Any) -> bool:
    if told is None:
        return True
    if name == "uptime_seconds":
        return bool(value < told)
    if name == "load":
        far = max(1.0, _LOAD_WORTH_TELLING * max(value[0], told[0]))
        return bool(abs(value[0] - told[0]) > far)
    if name == "filesystem_free_bytes":
        return value.keys() != told.keys() or any(_far(value[key], told[key]) for key in value)
    return _far(value, told)


def _far(value: int, told: int) -> bool:
    return abs(value - told) > _WORTH_TELLING * max(value, told)


def _uptime_seconds(machine: Machine) -> int | None:
    words = (machine.word("/proc/uptime") or "").split()
    return int(float(words[0])) if words else None


def _load(machine: Machine) -> list[float] | None:
    words = (machine.word("/proc/loadavg") or "").split()[:3]
    return [float(word) for word in words] if len(words) == 3 else None


def _memory_available_bytes(machine: Machine) -> int | None:
    for line in machine.lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 // _MIB * _MIB
    return None


def _filesystem_free_bytes(machine: Machine) -> dict[str, int]:
    free = {mount.point: size_and_free(machine, mount)[1] for mount in mounts(machine)}
    return {point: value // _MIB * _MIB for point, value in free.items() if value is not None}
