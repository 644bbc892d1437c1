"""Asks which file systems are mounted and how large they are. How full: a reading."""

from __future__ import annotations

from agent.sources.mounts import mounts, size_and_free

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

# These count their size from what other volumes of the pool leave free.
_SIZE_MOVES = ("zfs",)


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Storage a person would count: no pseudo file systems, no bind mounts, by mount point."""
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return portable.filesystems()
    return [
        {
            "mount": mount.point,
            "device": mount.device,
            "type": mount.type,
            "size_bytes": None if mount.type in _SIZE_MOVES else size_and_free(machine, mount)[0],
            "read_only": mount.read_only,
        }
        for mount in mounts(machine)
    ]
