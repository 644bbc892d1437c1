"""JSON that every database can hold: no NUL, no lone surrogates, no numbers without an end."""

import math
import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
#: Deeper documents are cut: no source says anything that deep down.
_DEEPEST = 30
#: A fact ends here: agents send at most 1,024 characters of one (docs/report-format.md).
LONGEST_FACT = 4000
_NO_END = 2**63
#: JSON numbers beyond this are no numbers to PostgreSQL's and everybody's readers.
_WIDEST = 2**63


def storable(raw: Any, depth: int = 0, *, longest: int = _NO_END) -> Any:
    r"""Return ``raw`` as JSON that can be stored; what is no JSON becomes text.

    Texts end after ``longest`` characters.

    >>> storable({"free": float("nan"), "label\0": ("a\ud800", 1)})
    {'free': None, 'label': ['a', 1]}
    """
    if isinstance(raw, str):
        return storable_text(raw)[:longest]
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return int(raw) if -_WIDEST <= raw < _WIDEST else str(raw)[:40]
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else None
    if depth >= _DEEPEST:
        return None
    if isinstance(raw, Mapping):
        return {
            storable_text(str(k))[:longest]: storable(v, depth + 1, longest=longest)
            for k, v in raw.items()
        }
    if isinstance(raw, list | tuple | set | frozenset):
        # Most members are plain texts: a report has thousands, and a call each was 2 ms.
        return [
            member
            if type(member) is str
            and len(member) <= longest
            and member.isascii()
            and "\0" not in member
            else storable(member, depth + 1, longest=longest)
            for member in raw
        ]
    return storable_text(str(raw))[:longest]


def storable_text(raw: str) -> str:
    """Return the text without what no database takes."""
    if raw.isascii() and "\0" not in raw:
        return str(raw)
    return _UNSTORABLE.sub("", raw)
