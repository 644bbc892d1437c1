"""Directories and what their synchronisations did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Run = TypeVar("Run")

#: The kinds of directories we know, under their own names.
FLAVOURS = (("openldap", "OpenLDAP"), ("active_directory", "Active Directory"))

_FIELDS = ("created", "changed", "deactivated")


@dataclass(frozen=True)
class RunCounts:
    """How many people and groups came, changed and left, and what could not be carried out."""

    seen: int
    created: int
    changed: int
    left: int
    conflicts: int


def run_counts(report: Mapping[str, Any]) -> RunCounts:
    """Sum up the report of a synchronisation (``SyncReport.document``); {} while it runs."""
    created, changed, left = (
        int(report.get(f"persons_{name}", 0)) + int(report.get(f"groups_{name}", 0))
        for name in _FIELDS
    )
    seen = int(report.get("persons_seen", 0)) + int(report.get("groups_seen", 0))
    return RunCounts(seen, created, changed, left, int(report.get("conflict_count", 0)))


def last_run(runs: Sequence[Run]) -> Run | None:
    """Return the first of the latest runs; None when there has been none."""
    return runs[0] if runs else None
