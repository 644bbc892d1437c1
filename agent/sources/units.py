"""The units of systemd, from files alone: asking the bus would cost more than all collectors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

_FOLDERS = ("/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system")
_GROUPS = ("/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/systemd/system.slice")
# Instances for a session, a mount or a disk follow what somebody does, not what is installed.
_PASSING = ("user@", "user-runtime-dir@", "session-", "run-", "systemd-fsck@", "getty@", "serial-")


def enabled(machine: Machine) -> set[str]:
    """Return the units that start by themselves: those a target wants, by a link in /etc."""
    folder = _FOLDERS[0]
    found: set[str] = set()
    for name in machine.names(folder):
        if name.endswith((".wants", ".requires")):
            found.update(machine.names(f"{folder}/{name}"))
    return {name for name in found if not name.startswith(_PASSING)}


def running(machine: Machine) -> set[str]:
    """Return the services with a control group, as systemd keeps one for each that runs."""
    for folder in _GROUPS:
        found = {name for name in machine.names(folder) if name.endswith(".service")}
        if found:
            return {_unescaped(name) for name in found if not name.startswith(_PASSING)}
    return set()


def unit_lines(machine: Machine, name: str) -> list[str]:
    """Return the lines of a unit's file, from the first place that has one."""
    for folder in (*_FOLDERS, "/usr/lib/systemd/system"):
        lines = machine.lines(f"{folder}/{name}")
        if lines:
            return lines
    return []


def _unescaped(name: str) -> str:
    return name.replace("\\x2d", "-")
