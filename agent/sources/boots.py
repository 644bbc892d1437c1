"""Tells one boot of the machine from the next."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine


def boot_id(machine: Machine) -> str:
    """Return the kernel's own id of this boot; elsewhere one made of the boot time."""
    told = machine.word("/proc/sys/kernel/random/boot_id")
    if told or machine.linux:
        return told or "unknown"
    from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

    return f"boot-{int(portable.library().boot_time()) // 60}"
