"""Asks how much memory there is, and in which slots."""

from __future__ import annotations

from agent.sources.smbios import memory_modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_MIB = 1024 * 1024
# The kernel keeps a share for itself; more missing than this means a container's smaller view.
_LARGEST_KERNEL_SHARE = 0.15


def collect(machine: Machine) -> dict[str, Any]:
    """Total and swap in bytes, and the modules where the SMBIOS table is open to us."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        return machinery.memory(machine)
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.memory(machine)
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return portable.memory()
    amounts = dict(_amounts(machine))
    return {
        "total_bytes": _total_bytes(machine, amounts.get("MemTotal")),
        "swap_bytes": amounts.get("SwapTotal"),
        "modules": memory_modules(machine) or None,
    }


def _amounts(machine: Machine) -> list[tuple[str, int]]:
    rows = (line.split() for line in machine.lines("/proc/meminfo"))
    return [(row[0].rstrip(":"), int(row[1]) * 1024) for row in rows if len(row) > 1]


def _total_bytes(machine: Machine, usable: int | None) -> int | None:
    """Installed memory where sysfs counts its blocks; what the kernel left over otherwise.

    MemTotal shrinks and grows with every kernel by a few hundred kilobytes. The blocks of memory
    do not.
    """
    folder = "/sys/devices/system/memory"
    size = int(machine.word(f"{folder}/block_size_bytes") or "0", 16)
    blocks = [
        name for name in machine.names(folder) if name[:6] == "memory" and name[6:].isdecimal()
    ]
    installed = size * len(blocks)
    if usable is None:
        return installed or None
    if installed * (1 - _LARGEST_KERNEL_SHARE) <= usable <= installed:
        return installed
    return usable // _MIB * _MIB
