"""Asks which updates wait to be installed."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent.machine import Machine

_EVERY_SECONDS = 24 * 3600
_NICE = ("nice", "-n", "19")
_APT = ("apt-get", "--simulate", "-o", "Debug::NoLocking=1", "--quiet=2", "dist-upgrade")
_DNF = ("dnf", "--cacheonly", "--quiet", "list", "--upgrades")
_KEPT = 2000


def collect(machine: Machine) -> list[dict[str, Any]] | None:
    """Return the packages that a newer version waits for, by name; None before anybody asked.

    The package manager, Windows Update or softwareupdate is asked once a day, niced and without
    the network: asking costs ten times what the rest of a report does. In between the last answer
    stands. A first report does not wait for it.
    """
    ask = _asking(machine)
    if ask is None:
        return []
    known = machine.memory.get("updates")
    now = int(time.time())
    if known is None:
        machine.memory["updates"] = {"at": 0, "rows": []}
        return None
    if 0 <= now - known["at"] < _EVERY_SECONDS:
        rows: list[dict[str, Any]] = known["rows"]
        return rows
    # Whoever gives no answer is asked again tomorrow; what is known stands as long.
    answered = ask(machine)
    rows = known["rows"] if answered is None else sorted(answered, key=_by_name)[:_KEPT]
    machine.memory["updates"] = {"at": now, "rows": rows}
    return rows


def _asking(machine: Machine) -> Callable[[Machine], list[dict[str, Any]] | None] | None:
    """Return what asks this machine, None where nothing is known that would."""
    if machine.windows:
        from agent.sources.windows import updates  # noqa: PLC0415 - not needed elsewhere

        return updates.waiting
    if machine.macos:
        from agent.sources.macos import updates as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.waiting
    return next((ask for path, ask in _MANAGERS if machine.exists(path)), None)


def _by_name(row: dict[str, Any]) -> str:
    return str(row["name"])


def _apt(machine: Machine) -> list[dict[str, Any]] | None:
    told = machine.command((*_NICE, *_APT), timeout_seconds=120)
    return None if told is None else read_apt(told)


def _dnf(machine: Machine) -> list[dict[str, Any]] | None:
    told = machine.command((*_NICE, *_DNF), timeout_seconds=120)
    return None if told is None else read_dnf(told)


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
    return found


def read_dnf(told: str) -> list[dict[str, Any]]:
    """Read the list of what could be updated; what would be replaced follows a heading.

    >>> read_dnf("bash.x86_64   5.2.26-1.fc39   updates")
    [{'name': 'bash', 'available': '5.2.26-1.fc39', 'security': False}]
    """
    rows = (line.split() for line in told.partition("Obsoleting")[0].splitlines())
    return [
        {"name": words[0].rpartition(".")[0], "available": words[1], "security": False}
        for words in rows
        if len(words) == 3 and "." in words[0]
    ]


_MANAGERS = (("/usr/bin/apt-get", _apt), ("/usr/bin/dnf", _dnf))
