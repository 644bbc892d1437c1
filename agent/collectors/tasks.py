"""Asks what the machine starts by the clock: cron tables and timers."""

from __future__ import annotations

from agent.sources import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_SYSTEM_TABLES = ("/etc/crontab", "/etc/cron.d/")
_OWN_TABLES = ("/var/spool/cron/crontabs", "/var/spool/cron")
# Words of the shell before a command, and what tests look at.
_NO_PROGRAMS = {"test", "cd", "root", "command", "exec", "/", "/run/systemd/system"}
_FOLDERS = ("hourly", "daily", "weekly", "monthly")
_WHEN = ("OnCalendar", "OnUnitActiveSec", "OnBootSec", "OnActiveSec", "OnUnitInactiveSec")


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return what is started by the clock: where it stands, when, as whom, and which program.

    Of a command only the program is told: the rest of a line may hold a password.
    """
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.tasks(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.tasks(machine)
    found = [*_tables(machine), *_folders(machine), *_timers(machine)]
    return sorted(found, key=lambda row: (row["name"], row["schedule"], row.get("program") or ""))


def _tables(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for place in _SYSTEM_TABLES:
        names = [place] if place[-1] != "/" else [place + name for name in machine.names(place)]
        for name in names:
            found += [_row(name, line, None) for line in machine.lines(name)]
    for folder in _OWN_TABLES:
        for user in machine.names(folder):
            if user != "crontabs":
                lines = machine.lines(f"{folder}/{user}")
                found += [_row(f"{folder}/{user}", line, user) for line in lines]
    return [row for row in found if row is not None]


def _row(name: str, line: str, user: str | None) -> dict[str, Any] | None:
    words = line.split()
    if not words or words[0][0] == "#" or "=" in words[0]:
        return None
    times = 1 if words[0][0] == "@" else 5
    if user is None and len(words) > times:
        user = words.pop(times)
    if len(words) <= times or user is None:
        return None
    return {
        "name": name,
        "kind": "cron",
        "schedule": " ".join(words[:times]),
        "user": user,
        "program": _program(words[times:]),
    }


def _program(words: list[str]) -> str | None:
    """Return the first word that is a program, past shell tests and settings."""
    named = (word for word in words if word.startswith("/") or word.isidentifier())
    return next((word for word in named if word not in _NO_PROGRAMS), None)


def _folders(machine: Machine) -> list[dict[str, Any]]:
    return [
        {"name": f"/etc/cron.{when}/{name}", "kind": "cron", "schedule": when, "user": "root"}
        for when in _FOLDERS
        for name in machine.names(f"/etc/cron.{when}")
        if not name.startswith(".")
    ]


def _timers(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for name in units.enabled(machine):
        if name.endswith(".timer"):
            settings = [line.partition("=") for line in units.unit_lines(machine, name)]
            when = [f"{key} {told.strip()}" for key, _, told in settings if key in _WHEN and told]
            found.append({"name": name, "kind": "timer", "schedule": ", ".join(when) or "unknown"})
    return found
