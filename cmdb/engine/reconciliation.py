"""Every source's word is kept; this decides, attribute by attribute, whose word counts.

>>> from datetime import UTC, datetime
>>> now = datetime(2026, 5, 1, tzinfo=UTC)
>>> words = {"snmp": {"name": Word("sw1", now, now)}, "agent": {"name": Word("SW1", now, now)}}
>>> plan({}, words, ["name"], shipped_precedence(), "server", now)
(Change(attribute='name', old=None, new='SW1', source='agent'),)
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

#: What a source that nobody ranked is worth.
_UNNAMED = "rest"


@dataclass(frozen=True, slots=True)
class Word:
    """What one source says of one attribute: since when, last confirmed, and until when at most."""

    value: Any
    since: datetime
    seen: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one attribute is decided: by source order, or by a strategy among the valid words.

    ``strategy`` is ``highest_source``, ``latest`` (the word confirmed last, or one that says the
    same more exactly), ``most_reported`` or ``largest``. A strategy chooses among the sources named
    in ``among`` (empty: all), and only when the best source is one of them: what a person says
    stands above what machines agree on.
    """

    order: tuple[str, ...] = ()
    strategy: str = "highest_source"
    among: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Precedence:
    """Which source wins where. ``rules`` is keyed by attribute or (class, attribute)."""

    order: tuple[str, ...]
    fresh: Mapping[str, timedelta] = field(default_factory=dict)
    rules: Mapping[str | tuple[str, str], Rule] = field(default_factory=dict)

    def rule(self, class_code: str, attribute: str) -> Rule:
        """Return the rule in force, the class's own before the general one."""
        rules = self.rules
        return rules.get((class_code, attribute)) or rules.get(attribute) or _DEFAULT

    def rank(self, source: str, rule: Rule) -> int:
        """Return the place of ``source``; smaller wins."""
        order = rule.order or self.order
        for name in (source, source.split(":", maxsplit=1)[0], _UNNAMED):
            if name in order:
                return order.index(name)
        return len(order)

    def is_valid(self, source: str, word: Word, now: datetime) -> bool:
        """Say whether the word still counts at ``now``."""
        if word.until is not None and word.until <= now:
            return False
        limit = self.fresh.get(source.split(":", maxsplit=1)[0])
        return limit is None or now - word.seen <= limit


_DEFAULT = Rule()


@dataclass(frozen=True, slots=True)
class Change:
    """A winner changed; None stands for "nobody says anything"."""

    attribute: str
    old: Any
    new: Any
    source: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who wins an attribute, and who says otherwise."""

    winner: tuple[str, Word] | None
    losers: tuple[tuple[str, Word], ...]


@cache
def shipped_precedence() -> Precedence:
    """Return the precedence that Cadastre ships with."""
    path = resources.files("cmdb.engine") / "precedence.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Precedence(
        order=tuple(data["order"]),
        fresh={name: timedelta(days=days) for name, days in data["fresh_days"].items()},
        rules={name: _rule(row) for name, row in data["attributes"].items()},
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        order=tuple(row.get("order", ())),
        strategy=row.get("strategy", "highest_source"),
        among=frozenset(row.get("among", ())),
    )


def plan(
    current: Mapping[str, Any],
    words: Mapping[str, Mapping[str, Word]],
    attributes: Iterable[str],
    precedence: Precedence,
    class_code: str,
    now: datetime,
) -> tuple[Change, ...]:
    """Return what changes when ``attributes`` are decided anew over ``words``.

    ``words`` is {source: {attribute: word}} with the newest report's words already in it.
    O(attributes x sources).
    """
    changes = []
    for name in attributes:
        winner = standing(words, name, precedence, class_code, now).winner
        new = winner[1].value if winner else None
        old = current.get(name)
        if new != old:
            changes.append(Change(name, old, new, winner[0] if winner else None))
    return tuple(changes)


def standing(
    words: Mapping[str, Mapping[str, Word]],
    attribute: str,
    precedence: Precedence,
    class_code: str,
    now: datetime,
) -> Standing:
    """Return the winner of one attribute, and the other sources in their order.

    When every source is stale the best of the stale ones still stands: an old truth is better than
    none, and its age is shown beside it.
    """
    rule = precedence.rule(class_code, attribute)
    spoken = [(source, said[attribute]) for source, said in words.items() if attribute in said]
    spoken.sort(key=lambda s: (precedence.rank(s[0], rule), -s[1].seen.timestamp(), s[0]))
    unexpired = [s for s in spoken if s[1].until is None or s[1].until > now]
    valid = [s for s in unexpired if precedence.is_valid(*s, now)] or unexpired
    winner = _pick(valid, rule) if valid else None
    return Standing(winner, tuple(s for s in spoken if winner is None or s[0] != winner[0]))


def _pick(valid: Sequence[tuple[str, Word]], rule: Rule) -> tuple[str, Word]:
    first = valid[0]
    peers = [s for s in valid if not rule.among or s[0].split(":")[0] in rule.among]
    if rule.strategy == "highest_source" or first not in peers:
        return first
    if rule.strategy == "latest":
        return _latest(peers)
    if rule.strategy == "largest":
        return max(peers, key=lambda s: _size(s[1].value))
    counted = Counter(repr(word.value) for _, word in peers)
    most = max(counted.values())
    return next(s for s in peers if counted[repr(s[1].value)] == most)


def _latest(peers: Sequence[tuple[str, Word]]) -> tuple[str, Word]:
    """Return the word confirmed last, or one that says the same more exactly.

    One agent tells of Debian "12", another of "12.11": by turns the newest would be a difference.
    """
    newest = max(peers, key=lambda s: s[1].seen)
    told = newest[1].value
    finer = [s for s in peers if isinstance(told, str) and str(s[1].value).startswith(f"{told}.")]
    return max(finer, key=lambda s: s[1].seen) if finer else newest


def _size(value: Any) -> tuple[int, float, str]:
    """Return what *largest* goes by; sources of one attribute may disagree even about its type."""
    if isinstance(value, bool | int | float):
        return 1, float(value), ""
    if isinstance(value, list):
        return 2, float(len(value)), repr(value)
    return 0, 0.0, str(value)
