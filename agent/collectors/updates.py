"""Asks which updates wait to be installed."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_EVERY_SECONDS = 24 * 3600
_NICE = ("nice", "-n", "19")
_APT = ("apt-get", "--simulate", "-o", "Debug::NoLocking=1", "--quiet=2", "dist-upgrade")
_DNF = ("dnf", "--cacheonly", "--quiet", "list", "--upgrades")
_KEPT = 2000


def collect(machine: Machine) -> list[dict[str, Any]] | None:
    """Return the packages that a newer version waits for, by name; None before anybody asked.

    The package manager is asked once a day, niced and without the network: asking costs ten times
    what the rest of a report does. In between the last answer stands. A first report does not
    wait for it.
    """
    manager = next((path for path in _MANAGERS if machine.exists(path)), None)
    if manager is None:
        return []
    known = machine.memory.get("updates")
    now = int(time.time())
    if known is None:
        machine.memory["updates"] = {"at": 0, "rows": []}
        return None
    if 0 <= now - known["at"] < _EVERY_SECONDS:
        rows: list[dict[str, Any]] = known["rows"]
        return rows
    told = machine.command((*_NICE, *_MANAGERS[manager][0]), timeout_seconds=120)
    rows = _MANAGERS[manager][1](told or "")
    machine.memory["updates"] = {"at": now, "rows": rows}
    return rows


def read_apt(told: str) -> list[dict[str, Any]]:
    """Read a simulated upgrade.

    >>> read_apt("Inst vim [2:9.0-1] (2:9.0-2 Debian-Security:12/stable-security [amd64])")
    [{'name': 'vim', 'version': '2:9.0-1', 'available': '2:9.0-2', 'security': True}]
    """
    found = []
    for line in told.splitlines():
        words = line.split()
        if len(words) > 3 and words[0] == "Inst" and words[2].startswith("["):
            available, _, origin = line.partition("(")[2].partition(" ")
            found.append(
                {
                    "name": words[1],
                    "version": words[2].strip("[]"),
                    "available": available,
                    "security": "security" in origin.casefold(),
                }
            )
    return sorted(found, key=lambda row: str(row["name"]))[:_KEPT]


def read_dnf(told: str) -> list[dict[str, Any]]:
    """Read the list of what could be updated; what would be replaced follows a heading.

    >>> read_dnf("bash.x86_64   5.2.26-1.fc39   updates")
    [{'name': 'bash', 'available': '5.2.26-1.fc39', 'security': False}]
    """
    rows = (line.split() for line in told.partition("Obsoleting")[0].splitlines())
    found = [
        {"name": words[0].rpartition(".")[0], "available": words[1], "security": False}
        for words in rows
        if len(words) == 3 and "." in words[0]
    ]
    return sorted(found, key=lambda row: str(row["name"]))[:_KEPT]


_MANAGERS = {"/usr/bin/apt-get": (_APT, read_apt), "/usr/bin/dnf": (_DNF, read_dnf)}
