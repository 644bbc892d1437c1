"""Names of interfaces as devices shorten them: GigabitEthernet0/1 and Gi0/1 are one port."""

import re
from functools import lru_cache

_PARTS = re.compile(r"([a-z][a-z\- ]*?)[- ]*(\d.*)\Z")
_KEPT_LETTERS = 2


@lru_cache(maxsize=1 << 12)  # switches of a make have the same names
def spellings(name: str) -> tuple[str, ...]:
    """Return the forms under which a name is compared, the exact one first.

    >>> spellings("GigabitEthernet0/1")
    ('gigabitethernet0/1', 'gi0/1')
    >>> spellings("Gi0/1")
    ('gi0/1',)
    """
    exact = name.strip().casefold()
    found = _PARTS.match(exact)
    if found is None:
        return (exact,) if exact else ()
    short = found[1].replace("-", "").replace(" ", "")[:_KEPT_LETTERS] + found[2]
    return (exact,) if short == exact else (exact, short)


def unit_of(name: str) -> str:
    """Return the interface that a sub-interface (ge-0/0/2.100) is part of, empty for none.

    >>> unit_of("ge-0/0/2.100")
    'ge-0/0/2'
    """
    base, dot, unit = name.rpartition(".")
    return base if dot and unit.isdigit() and base[-1:].isalnum() else ""
