"""Who reads the page: in which language and time zone, and what time it is for them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True)
class Reader:
    """What formatting needs to know of the person in front of the page.

    ``language`` is a code Babel knows ("en", "es", "ru"), ``now`` is aware. ``gettext`` and
    ``ngettext`` translate into that language.
    """

    language: str
    zone: tzinfo
    now: datetime
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
