"""Releases: what was found against the version that is aimed at, and how far the changes are.

>>> standing_of([Seen("15.6-1", "deb"), Seen("15.7-0+deb12u1", "deb")], "15.7", heard=True)
'mixed'
>>> progress_of([Part("CHG-1", "scheduled", True), Part("CHG-2", "closed", True)])
'under_way'
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmdb.engine.packages import compare_versions

#: What may be said of one item, in the order in which it is worth reading.
STANDINGS = ("below", "mixed", "absent", "silent", "newer", "reached")
#: Where a release may be, by its changes.
PROGRESS = ("empty", "preparing", "ready", "under_way", "carried_out")
_BEGUN = ("implementing", "review", "closed")
_OVER = ("closed",)
#: A change in one of these is no part of what is still to come.
LEFT = ("cancelled",)
#: How ecosystems set off the packager's own count from the version of what is packed.
_PACKAGED = ("deb", "rpm")


@dataclass(frozen=True, slots=True)
class Seen:
    """A version that discovery found, and by whose rules it is ordered ("" by natural order)."""

    version: str
    ecosystem: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One change of a release, as far as readiness asks."""

    reference: str
    state: str
    has_window: bool
    collides: bool = False
    verification: str = ""
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stands in a release's way: a change, and the code of the reason."""

    reference: str
    code: str


def standing_of(seen: Sequence[Seen], target: str, *, heard: bool) -> str:
    """Return how an item stands to the version aimed at: one of ``STANDINGS``.

    Without any version it is absent where discovery speaks of the item, and silent otherwise.
    """
    if not seen:
        return "absent" if heard else "silent"
    signs = {version_sign(one, target) for one in seen}
    if -1 in signs:
        return "below" if signs == {-1} else "mixed"
    return "reached" if 0 in signs else "newer"


def version_sign(seen: Seen, target: str) -> int:
    """Return -1, 0 or 1 as what was found is below, at, or above the version aimed at.

    A target that names no packager's revision is reached by every revision of that version.

    >>> version_sign(Seen("1:2.4.57-2", "deb"), "2.4.57"), version_sign(Seen("9.4"), "9.10")
    (0, -1)
    """
    found = seen.version
    if seen.ecosystem in _PACKAGED and "-" not in target and ":" not in target:
        found = _upstream(found)
    return compare_versions(seen.ecosystem, found, target)


def _upstream(version: str) -> str:
    """Return a packaged version without its epoch, its revision and what a packager appended."""
    rest = version.partition(":")[2] or version
    return rest.rpartition("-")[0].partition("+")[0] or rest


def progress_of(parts: Iterable[Part]) -> str:
    """Return where a release is by its changes: one of ``PROGRESS``."""
    states = [one.state for one in parts if one.state not in LEFT]
    if not states:
        return "empty"
    if all(state in _OVER for state in states):
        return "carried_out"
    if any(state in _BEGUN for state in states):
        return "under_way"
    if all(state == "scheduled" for state in states):
        return "ready"
    return "preparing"


def blockers_of(parts: Iterable[Part]) -> list[Blocker]:
    """Return what keeps a release from being ready, or from having gone well, change by change."""
    found: list[Blocker] = []
    for one in parts:
        if one.state in LEFT:
            continue
        codes = [one.state] if one.state in ("draft", "assessment", "approval", "rejected") else []
        if one.state not in _BEGUN and not one.has_window:
            codes.append("no_window")
        if one.state not in _BEGUN and one.collides:
            codes.append("collides")
        if one.verification in ("partly", "deviated"):
            codes.append(one.verification)
        if one.incidents:
            codes.append("incidents")
        found += [Blocker(one.reference, code) for code in codes]
    return found
