"""Whether a value that an item had once meets a comparison: what the database decides of today's.

Nothing of it knows a database. Texts are compared by their keys, without case.
"""

import operator as op
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cmdb.model.text import clean, text_key
from cmdb.query.language.clauses import EQUAL
from cmdb.query.language.operands import age_of, is_pattern, moment_of
from cmdb.query.language.tree import Operand, Term

#: From (what the item had, the class it had) to whether that meets a comparison.
Held = Callable[[Any, str], bool]

_ACTS = {"<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge}


def compares(operator: str, held: Any, wanted: Any) -> bool:
    """Say whether ``held <operator> wanted``; ":", "=" and "!=" are equality.

    >>> compares("<", 3, 4), compares("!=", "a", "a")
    (True, True)
    """
    return bool(_ACTS.get(operator, op.eq)(held, wanted))


def text_meets(term: Term, key: str) -> bool:
    """Say whether the key of a text meets any operand.

    >>> text_meets(Term("name", ":", (Operand("Web*7", 0),), 0), "web-17")
    True
    """
    return any(_meets(term.operator, one, key) for one in term.operands)


def words_meet(term: Term, held: str) -> bool:
    """Say whether a text that is stored as it was written meets any operand."""
    exact = term.operator != "~" and any(held == clean(one.text) for one in term.operands)
    return exact or text_meets(term, held.lower())


def moment_meets(term: Term, held: datetime, now: datetime) -> bool:
    """Say whether a moment meets any operand; ages count back from ``now``.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> moment_meets(Term("seen", "<", (Operand("2026-03-02", 0),), 0), noon, noon)
    False
    """
    return any(_when(term.operator, one, held, now) for one in term.operands)


def _when(operator: str, operand: Operand, held: datetime, now: datetime) -> bool:
    age = age_of(operand)
    if age is not None:
        longer = operator in {">", ">="}
        return held < now - abs(age) if longer else held >= now - abs(age)
    start, end = moment_of(operand)
    if operator in EQUAL:
        return start <= held < end
    bound = start if operator in {"<", ">="} else end
    return held < bound if operator in {"<", "<="} else held >= bound


def _meets(operator: str, operand: Operand, key: str) -> bool:
    wanted = text_key(clean(operand.text))
    if operator == "~":
        return wanted in key
    if operator in _ACTS or not is_pattern(operand):
        return compares(operator, key, wanted)
    return _fits(wanted.split("*"), key)


def _fits(parts: Sequence[str], text: str) -> bool:
    """Say whether a text is these parts with anything between them; looks at each letter once.

    >>> _fits(["a", "", "c"], "abc"), _fits(["ab", "bc"], "abc")
    (True, False)
    """
    first, *middle, last = parts
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
