"""Packages of pacman, from the names of its folders alone: name-version-release."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_LOCAL = "/var/lib/pacman/local"


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version-release, None) of each installed package."""
    for folder in machine.names(_LOCAL):
        name, _, rest = folder.rpartition("-")
        name, _, version = name.rpartition("-")
        if name and version:
            yield "pacman", name, f"{version}-{rest}", None
