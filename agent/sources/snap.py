"""Snaps, from the description that each carries; the revision in use is the link `current`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_FOLDERS = ("/snap", "/var/lib/snapd/snap")


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, None) of each installed snap."""
    for folder in _FOLDERS:
        for name in machine.names(folder):
            lines = machine.lines(f"{folder}/{name}/current/meta/snap.yaml")
            told = {
                key: value.strip().strip("'\"")
                for key, mark, value in (line.partition(":") for line in lines)
                if mark and key in {"name", "version"}
            }
            if lines:
                yield "snap", told.get("name") or name, told.get("version"), None
