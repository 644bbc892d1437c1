"""What was planned against what was found: as planned, partly, deviated, or unknown.

>>> line = Expected("attribute", 7, "version", before="1", to="2")
>>> judge(verdict_of(line, Heard(7, {"version": "2"})))
'as_planned'
>>> judge(verdict_of(line, None))
'unknown'
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Expected:
    """One planned difference; see ``PlannedDifference``."""

    kind: str
    item_id: int
    subject: str
    other_id: int | None = None
    before: Any = None
    to: Any = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What discovery said of an item after the window: its words, and the relations it saw.

    ``relations`` are (type, other end) of those that lead from the item.
    """

    item_id: int
    words: Mapping[str, Any] = field(default_factory=dict)
    relations: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a verification."""

    item_id: int
    subject: str
    verdict: str
    expected: Any = None
    seen: Any = None
    history_id: int | None = None
    source: str = ""


def verdict_of(line: Expected, heard: Heard | None) -> list[Found]:
    """Hold one planned difference against what was heard; silence proves nothing.

    Of a value that no source of discovery speaks of, nothing can be known either.
    """
    if heard is None:
        return [Found(line.item_id, line.subject, "silent", line.to)]
    if line.kind == "attribute":
        return [_value(line, heard)]
    there = (line.subject, line.other_id or 0) in heard.relations
    wanted = line.kind == "relate"
    verdict = "as_planned" if there == wanted else "missing"
    return [Found(line.item_id, line.subject, verdict, wanted, there)]


def _value(line: Expected, heard: Heard) -> Found:
    if line.subject not in heard.words:
        return Found(line.item_id, line.subject, "silent", line.to)
    seen = heard.words[line.subject]
    otherwise = "missing" if seen == line.before else "different"
    verdict = "as_planned" if seen == line.to else otherwise
    return Found(line.item_id, line.subject, verdict, line.to, seen)


def judge(found: Iterable[Found]) -> str:
    """Return the word over all lines: what is wrong outweighs silence, silence what is right."""
    verdicts = [one.verdict for one in found]
    wrong = {"missing", "different"} & set(verdicts)
    if "unexpected" in verdicts or (wrong and "as_planned" not in verdicts):
        return "deviated"
    if wrong:
        return "partly"
    if "silent" in verdicts or not verdicts:
        return "unknown"
    return "as_planned"
