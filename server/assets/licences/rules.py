"""Whether what is used stands within what was bought. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cmdb.model.text import KEY_LENGTH, text_key

DEVICE, USER, CORE = "device", "user", "core"
METRICS = (DEVICE, USER, CORE)
#: Nothing that a key goes on with comes after it, by the bytes of UTF-8.
_LAST = "\U0010ffff"
#: The gravest first.
STATES = ("short", "unsure", "unused", "covered")
#: Whose names a line may be about alone.
_ECOSYSTEMS = frozenset(
    {
        "apk",
        "deb",
        "flatpak",
        "gem",
        "homebrew",
        "macos",
        "npm",
        "pacman",
        "pypi",
        "rpm",
        "snap",
        "windows",
    }
)


class Period(Protocol):
    """So many, from a day to a day; None is no limit."""

    @property
    def quantity(self) -> int:
        """How many."""

    @property
    def starts_on(self) -> date | None:
        """The first day."""

    @property
    def ends_on(self) -> date | None:
        """The last day."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a licence is used on how many items; on ``unknown`` ones nobody can tell."""

    used: int = 0
    items: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be used and what is; ``ends_on`` is when the next entitlement ends.

    >>> Standing(10, Use(12, 12)).state, Standing(10, Use(12, 12)).balance
    ('short', -2)
    >>> Standing(64, Use(48, 3, unknown=1)).state, Standing(5, Use()).state
    ('unsure', 'unused')
    """

    entitled: int
    use: Use
    ends_on: date | None = None

    @property
    def balance(self) -> int:
        """How many are left; below zero: how many are missing."""
        return self.entitled - self.use.used

    @property
    def state(self) -> str:
        """One of ``STATES``."""
        if self.balance < 0:
            return "short"
        if self.use.unknown:
            return "unsure"
        return "covered" if self.use.items or not self.entitled else "unused"


def standing_on(day: date, entitlements: Iterable[Period], use: Use) -> Standing:
    """Return how it stands on a day: both days of a period belong to it."""
    held = [
        one
        for one in entitlements
        if (one.starts_on is None or one.starts_on <= day)
        and (one.ends_on is None or one.ends_on >= day)
    ]
    ends = [one.ends_on for one in held if one.ends_on is not None]
    return Standing(sum(one.quantity for one in held), use, min(ends, default=None))


@dataclass(frozen=True, slots=True)
class Meant:
    r"""Which keys of products a pattern means: LIKE, escaped by ``\``, within a range of keys."""

    name_like: str
    name_from: str
    name_until: str


def meant_by(pattern: str) -> Meant:
    r"""Return what a pattern means; one that begins with ``*`` has all keys as its range.

    >>> meant_by("Microsoft Office*").name_like, meant_by("100%_Sure").name_like
    ('microsoft office%', '100\\%\\_sure')
    >>> meant_by("VIM"), meant_by("*office").name_from
    (Meant(name_like='vim', name_from='vim', name_until='vim'), '')
    """
    key = text_key(pattern)
    # Keys end after so many letters; what a longer pattern says of the rest is passed over.
    key += "*" if len(key) == KEY_LENGTH else ""
    escaped = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    first, star, _ = key.partition("*")
    return Meant(escaped.replace("*", "%"), first, first + _LAST if star else first)


def is_too_wide(pattern: str) -> bool:
    """Say whether a pattern would mean nearly everything.

    >>> is_too_wide("*"), is_too_wide("a*"), is_too_wide("vim")
    (True, True, False)
    """
    return len(pattern.replace("*", "").strip()) < 2


def parted(line: str) -> tuple[str, str]:
    """Return (ecosystem, pattern) of a line such as ``deb:nginx*``.

    >>> parted("deb:nginx*"), parted("Quake: Arena")
    (('deb', 'nginx*'), ('', 'Quake: Arena'))
    """
    head, mark, rest = line.partition(":")
    if mark and head in _ECOSYSTEMS and rest.strip():
        return head, rest.strip()
    return "", line.strip()
