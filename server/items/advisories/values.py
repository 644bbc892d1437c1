"""Advisories as values: what one warns of, and for which versions of which package."""

from dataclasses import dataclass
from datetime import date

#: Kinds of feed; the code of an advisory is unique within one.
OSV, NVD, LIFE_CYCLE = "osv", "nvd", "life_cycle"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Versions from ``introduced`` on, before ``fixed`` or up to ``last``; "" is without an end.

    With ``after`` in the place of ``introduced`` that version is not meant, what follows it is.
    ``ecosystem`` "" stands for every one that has no advisories of its own. ``system`` and
    ``release`` narrow it to machines of one operating system, as "debian" and "12".
    """

    ecosystem: str
    name: str
    introduced: str = ""
    fixed: str = ""
    last: str = ""
    system: str = ""
    release: str = ""
    #: Just these versions instead of a range.
    exact: tuple[str, ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class ReadAdvisory:
    """One advisory of a file. ``score`` is CVSS, 0 to 10; ``ends_on`` the end of support."""

    code: str
    feed: str
    summary: str
    aliases: tuple[str, ...] = ()
    severity: str = ""
    score: float | None = None
    ends_on: date | None = None
    withdrawn: bool = False
    ranges: tuple[VersionRange, ...] = ()
