"""Asks which packages are installed.

One row each, in columns: naming every field in every row would double the report.
"""

from __future__ import annotations

from agent.sources import (
    apk,
    dpkg,
    flatpak,
    homebrew,
    npm,
    pacman,
    python_packages,
    rpm,
    snap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from agent.machine import Machine

    Package = tuple[str, str, str | None, str | None]

COLUMNS = ("ecosystem", "name", "version", "architecture")
_SOURCES = (
    dpkg.installed,
    rpm.installed,
    apk.installed,
    pacman.installed,
    snap.installed,
    flatpak.installed,
    npm.installed,
    homebrew.installed,
    python_packages.installed,
)


def collect(machine: Machine) -> dict[str, Any]:
    """`columns` and the sorted `rows`; a cell nobody knows is None."""
    sources = (*_SOURCES, _of_the_system(machine))
    rows = {row for installed in sources for row in installed(machine)}
    ordered = sorted(rows, key=lambda row: tuple(cell or "" for cell in row))
    return {"columns": list(COLUMNS), "rows": [list(row) for row in ordered]}


def _of_the_system(machine: Machine) -> Callable[[Machine], Iterable[Package]]:
    if machine.windows:
        from agent.sources.windows import programs  # noqa: PLC0415 - not needed elsewhere

        return programs.installed
    if machine.macos:
        from agent.sources.macos.programs import installed  # noqa: PLC0415 - nor here

        return installed
    return lambda _machine: ()
