"""Asks which groups the machine itself keeps, and who is in them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Local groups by name, each with the members that are written into it."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.groups(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.groups(machine)
    rows = [line.split(":") for line in machine.lines("/etc/group")]
    found = [
        {
            "name": row[0],
            "gid": row[2],
            "members": sorted(set(filter(None, row[3].split(",")))),
        }
        for row in rows
        if len(row) > 3 and row[0][:1] not in {"#", "+", "-"}
    ]
    return sorted(found, key=lambda row: (row["name"], row["gid"]))
