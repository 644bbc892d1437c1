"""What people are able to do, and how much of it is wanted."""

import re
import string
from collections.abc import Iterable, Mapping
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.model.text import text_key

LEAST, MOST = 1, 5
#: Skills that one group or rule wants at most.
MOST_WANTED = 10
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DIGITS = "0123456789"
_MOST_DIGITS = 3
_BEFORE_A_LEVEL = string.whitespace + ":\u00a0"


def parse_levels(text: str, known: Mapping[str, str]) -> dict[str, int]:
    """Return code to level of what somebody typed; a skill goes by its code or its name.

    Raises ``InvalidValue`` under "skills" for what is no skill.

    >>> parse_levels("Linux servers 3, sap", {"linux": "Linux servers", "sap": "SAP"})
    {'linux': 3, 'sap': 1}
    """
    names = {text_key(name): code for code, name in known.items()}
    found: dict[str, int] = {}
    for part in (one.strip() for one in re.split(r"[,;\n]", text)):
        if not part:
            continue
        is_whole = part in known or text_key(part) in names
        word, level = (part, LEAST) if is_whole else _with_its_level(part)
        code = word if word in known else names.get(text_key(word))
        if code is None:
            raise InvalidValue({"skills": f"there is no skill {word}"})
        found[code] = level
    check_levels(found, known)
    return found


def _with_its_level(part: str) -> tuple[str, int]:
    """Return the skill and the level behind it. Cut from the end: one look at each character."""
    before = part.rstrip(_DIGITS)
    word, digits = before.rstrip(_BEFORE_A_LEVEL), part[len(before) :]
    if not digits or not word or word == before:
        return part, LEAST
    # A number of thousands of digits is not read: it takes long, and is no level anyway.
    return word, int(digits) if len(digits) <= _MOST_DIGITS else MOST + 1


def check_wanted(wanted: Mapping[str, int], known: Iterable[str]) -> dict[str, int]:
    """Return what is wanted if all of it can be. Raises ``InvalidValue`` under "skills"."""
    if len(wanted) > MOST_WANTED:
        raise InvalidValue({"skills": f"must be at most {MOST_WANTED}"})
    check_levels(wanted, known)
    return dict(wanted)


def check_levels(levels: Mapping[str, int], known: Iterable[str]) -> None:
    """Raise ``InvalidValue`` under "skills" for what is no skill, or no level."""
    fault = unknown_skill(levels, known)
    if not all(LEAST <= level <= MOST for level in levels.values()):
        fault = f"a level must be from {LEAST} to {MOST}"
    if fault:
        raise InvalidValue({"skills": fault})


def unknown_skill(wanted: Iterable[str], known: Iterable[str]) -> str:
    """Return what is wrong with the codes of skills that are wanted; "" for nothing."""
    unknown = sorted(set(wanted) - set(known))
    return f"there is no skill {unknown[0]}" if unknown else ""


def stored(wanted: Mapping[str, int]) -> list[Any]:
    """Return what is wanted as it is kept: [code, least level]."""
    return [[code, level] for code, level in sorted(wanted.items())]


def levels_text(levels: Mapping[str, int]) -> str:
    """Return levels as ``parse_levels`` reads it.

    >>> levels_text({"linux": 3, "sap": 1})
    'linux 3, sap'
    """
    return ", ".join(
        code if level == LEAST else f"{code} {level}" for code, level in levels.items()
    )


def read_stored(rows: Iterable[Any]) -> dict[str, int]:
    """Return what ``stored`` kept."""
    return {str(code): int(level) for code, level in rows}


def merged(*wanted: Mapping[str, int]) -> dict[str, int]:
    """Return all that is wanted; of one skill the highest level.

    >>> merged({"sap": 1}, {"sap": 3, "linux": 2})
    {'sap': 3, 'linux': 2}
    """
    found: dict[str, int] = {}
    for one in wanted:
        for code, level in one.items():
            found[code] = max(level, found.get(code, 0))
    return found
