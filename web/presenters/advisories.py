"""Advisories in the reader's words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.items.advisories.values import VersionRange
from web.presenters.reader import Reader

#: So long before the end of support it is time to plan.
_SOON = timedelta(days=180)
#: So many single versions are named.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class MeantVersions:
    """Which versions of a package are meant, in words, and on which system ("" for every one)."""

    package: str
    system: str
    versions: str


def severities(reader: Reader) -> dict[str, str]:
    """Return the word for each severity, the gravest first."""
    return {
        "critical": reader.gettext("critical"),
        "high": reader.gettext("high"),
        "medium": reader.gettext("medium"),
        "low": reader.gettext("low"),
    }


def support_tone(ends_on: date, today: date) -> str:
    """Return how bad it is that support ends then.

    >>> day = date(2026, 6, 1)
    >>> support_tone(date(2026, 5, 31), day), support_tone(date(2026, 9, 1), day)
    ('bad', 'warn')
    >>> support_tone(date(2028, 1, 1), day)
    'neutral'
    """
    if ends_on < today:
        return "bad"
    return "warn" if ends_on - today < _SOON else "neutral"


def meant_versions(ranges: Iterable[VersionRange], reader: Reader) -> list[MeantVersions]:
    """Return the ranges of an advisory in words.

    NVD's come twice, under the product's name and with its maker before it: the longer is shown.
    """
    found = [
        MeantVersions(one.name, f"{one.system} {one.release}".strip(), _span(one, reader))
        for one in ranges
    ]
    shorter = {
        (end, one.system, one.versions) for one in found for end in _ends_of(one.package.split())
    }
    told = dict.fromkeys(found)
    return [one for one in told if (one.package, one.system, one.versions) not in shorter]


def _ends_of(words: Sequence[str]) -> Iterator[str]:
    """Yield what is left of a name without its first words."""
    for start in range(1, len(words)):
        yield " ".join(words[start:])


def _span(one: VersionRange, reader: Reader) -> str:
    if one.exact:
        named = ", ".join(one.exact[:_NAMED]) + (" …" if len(one.exact) > _NAMED else "")
        return reader.gettext("only %(versions)s") % {"versions": named}
    parts = []
    if one.introduced:
        parts.append(reader.gettext("from %(version)s on") % {"version": one.introduced})
    if one.after:
        parts.append(reader.gettext("after %(version)s") % {"version": one.after})
    if one.fixed:
        parts.append(reader.gettext("before %(version)s") % {"version": one.fixed})
    elif one.last:
        parts.append(reader.gettext("up to %(version)s, this one too") % {"version": one.last})
    return ", ".join(parts) or reader.gettext("every version")
