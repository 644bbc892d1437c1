"""Asks which accounts the machine itself keeps; those of a directory are not its own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Local accounts by name. Passwords and when somebody last signed in stay where they are."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.users(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.users(machine)
    rows = [line.split(":") for line in machine.lines("/etc/passwd")]
    found = [
        {
            "name": row[0],
            "uid": row[2],
            "full_name": row[4].partition(",")[0],
            "home": row[5],
            "shell": row[6],
        }
        for row in rows
        if len(row) > 6 and row[0][:1] not in {"#", "+", "-"}
    ]
    return sorted(found, key=lambda row: (row["name"], row["uid"]))
