"""Asks which services the machine starts by itself, and which of them run."""

from __future__ import annotations

from agent.sources import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_RUNLEVEL_LINKS = "/etc/rc3.d"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Services with whether they start by themselves and whether they run now.

    Only files are asked, no bus: what is enabled stands in links, what runs has a control group. A
    service that a timer starts comes and goes by itself and says nothing of running.
    """
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.services(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.services(machine)
    found = _systemd(machine)
    known = {row["name"].partition(".")[0] for row in found}
    found += [row for row in _scripts(machine) if row["name"] not in known]
    return sorted(found, key=lambda row: row["name"])


def _systemd(machine: Machine) -> list[dict[str, Any]]:
    enabled = units.enabled(machine)
    running = units.running(machine)
    timed = {name[: -len(".timer")] for name in enabled if name.endswith(".timer")}
    names = {name for name in enabled | running if name.endswith(".service")}
    rows = []
    for name in names:
        row: dict[str, Any] = {"name": name, "kind": "systemd", "enabled": name in enabled}
        if name[: -len(".service")] not in timed and running:
            row["running"] = name in running
        rows.append(row)
    return rows


def _scripts(machine: Machine) -> list[dict[str, Any]]:
    """Old start scripts; where systemd runs it makes services of them itself."""
    if machine.exists("/run/systemd/system"):
        return []
    started = {
        name[3:] for name in machine.names(_RUNLEVEL_LINKS) if name[:1] == "S" and len(name) > 3
    }
    started |= set(machine.names("/etc/runlevels/default"))
    names = [
        name for name in machine.names("/etc/init.d") if name[0] not in "._" and name != "README"
    ]
    kind = "openrc" if machine.exists("/etc/runlevels") else "sysv"
    return [{"name": name, "kind": kind, "enabled": name in started} for name in names]
