"""Asks which packages are installed.

One row each, in columns: naming every field in every row would double the report.
"""

from __future__ import annotations

from agent.sources import apk, dpkg, python_packages, rpm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

COLUMNS = ("ecosystem", "name", "version", "architecture")
_SOURCES = (dpkg.installed, rpm.installed, apk.installed, python_packages.installed)


def collect(machine: Machine) -> dict[str, Any]:
    """`columns` and the sorted `rows`; a cell nobody knows is None."""
    rows = {row for installed in _SOURCES for row in installed(machine)}
    ordered = sorted(rows, key=lambda row: tuple(cell or "" for cell in row))
    return {"columns": list(COLUMNS), "rows": [list(row) for row in ordered]}
