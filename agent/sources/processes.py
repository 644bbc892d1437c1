"""Which programs run, counted by name and user."""

from __future__ import annotations

from agent.sources.accounts import account_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_KEPT = 500
_KERNEL_THREADS = "2"


def running(machine: Machine) -> list[dict[str, Any]]:
    """Return the programs by name; threads of the kernel are none."""
    counts: dict[tuple[str, str], int] = {}
    for number in machine.names("/proc"):
        if number.isdecimal():
            told = _program(machine, number)
            if told is not None:
                counts[told] = counts.get(told, 0) + 1
    return [
        {"name": name, "user": user, "count": count}
        for (name, user), count in sorted(counts.items())[:_KEPT]
    ]


def _program(machine: Machine, number: str) -> tuple[str, str] | None:
    """Return (name, user); None for one that has ended meanwhile."""
    told = dict(
        line.split(":\t", 1) for line in machine.lines(f"/proc/{number}/status") if ":\t" in line
    )
    name, uid = told.get("Name", "").strip(), told.get("Uid", "").split()
    if not name or not uid or _KERNEL_THREADS in {number, told.get("PPid", "").strip()}:
        return None
    return name, account_name(machine, uid[0])
