"""Who wins where, as people set it: rules for a class and an attribute, laid over what is shipped.

A rule is a document. ``class`` and ``attribute`` may be empty: then it is the order of everything,
and ``fresh_days`` says after how many days without being seen a source yields to the next one.

    {"order": ["agent", "person"], "strategy": "latest", "among": ["agent", "snmp"]}
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cmdb.engine.reconciliation import Precedence, Rule, shipped_precedence
from cmdb.errors import InvalidValue
from cmdb.model import Model
from cmdb.vocabulary import ClassCode

STRATEGIES = ("highest_source", "latest", "most_reported", "largest")
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,40}(:[a-z0-9_.-]{1,60})?")
_MOST = 50
_MOST_DAYS = 3650

_STANDING: ContextVar[Precedence | None] = ContextVar("standing_precedence", default=None)


@dataclass(frozen=True, slots=True)
class PrecedenceRule:
    """One rule: where it holds, and what it says."""

    class_code: str = ""
    attribute: str = ""
    order: tuple[str, ...] = ()
    strategy: str = "highest_source"
    among: tuple[str, ...] = ()
    fresh_days: Mapping[str, float] | None = None

    @property
    def is_general(self) -> bool:
        """Say whether it is the order of everything."""
        return not self.attribute


def standing_precedence() -> Precedence:
    """Return the precedence in force in this unit of work."""
    return _STANDING.get() or shipped_precedence()


@contextmanager
def precedence_standing(precedence: Precedence) -> Iterator[None]:
    """Let ``precedence`` hold inside the block."""
    before = _STANDING.get()
    _STANDING.set(precedence)
    try:
        yield
    finally:
        _STANDING.set(before)


def read_rule(document: Mapping[str, Any], model: Model) -> PrecedenceRule:
    """Return the rule that a document describes. Raises ``InvalidValue`` naming each field."""
    problems: dict[str, str] = {}
    class_code = str(document.get("class_code") or "")
    attribute = str(document.get("attribute") or "")
    if class_code and model.find_class(class_code) is None:
        problems["class"] = f"there is no class {class_code!r}"
    elif attribute and not _is_known(model, class_code, attribute):
        problems["attribute"] = f"there is no attribute {attribute!r} here"
    if class_code and not attribute:
        problems["attribute"] = "a rule for a class needs an attribute"
    strategy = str(document.get("strategy") or "highest_source")
    if strategy not in STRATEGIES:
        problems["strategy"] = f"must be one of {', '.join(STRATEGIES)}"
    lists = {name: _sources(document.get(name), name, problems) for name in ("order", "among")}
    fresh = _fresh(document.get("fresh_days"), attribute, problems)
    if not attribute and not lists["order"] and not fresh:
        problems["order"] = "must name at least one source"
    if problems:
        raise InvalidValue(problems)
    return PrecedenceRule(class_code, attribute, lists["order"], strategy, lists["among"], fresh)


def stored_rule(class_code: str, attribute: str, said: Mapping[str, Any]) -> PrecedenceRule:
    """Return the rule of a document that was read before."""
    return PrecedenceRule(
        class_code,
        attribute,
        tuple(said.get("order", ())),
        said.get("strategy", "highest_source"),
        tuple(said.get("among", ())),
        said.get("fresh_days"),
    )


def _is_known(model: Model, class_code: str, attribute: str) -> bool:
    if class_code:
        return model.find_attribute(attribute, class_code) is not None
    return bool(model.attributes_named(attribute))


def _sources(raw: Any, name: str, problems: dict[str, str]) -> tuple[str, ...]:
    found = [] if raw is None else raw
    if not isinstance(found, list | tuple) or len(found) > _MOST:
        problems[name] = f"must be a list of at most {_MOST} sources"
        return ()
    for one in found:
        if not isinstance(one, str) or not _SOURCE.fullmatch(one):
            problems[name] = f"{str(one)[:60]!r} is no name of a source"
    return tuple(dict.fromkeys(map(str, found)))


def _fresh(raw: Any, attribute: str, problems: dict[str, str]) -> Mapping[str, float] | None:
    if raw in (None, {}):
        return None
    if attribute:
        problems["fresh_days"] = "how long a source stays fresh holds for all attributes"
        return None
    good = isinstance(raw, Mapping) and all(
        isinstance(days, int | float) and not isinstance(days, bool) and 0 < days <= _MOST_DAYS
        for days in raw.values()
    )
    if not good or not all(_SOURCE.fullmatch(str(source)) for source in raw):
        problems["fresh_days"] = f"must give days from 1 to {_MOST_DAYS} by source"
        return None
    return {str(source): float(days) for source, days in raw.items()}


def precedence_with(rules: Iterable[PrecedenceRule], model: Model) -> Precedence:
    """Return the shipped precedence with ``rules`` laid over it.

    A rule for a class holds for those below it too; the nearest one wins.
    """
    found = shipped_precedence()
    by_place = {(rule.class_code, rule.attribute): rule for rule in rules}
    general = by_place.pop(("", ""), None)
    if general is not None:
        found = _general(found, general)
    decided: dict[str | tuple[str, str], Rule] = dict(found.rules)
    depth = {entry.code: len(model.ancestors(entry.code)) for entry in model.classes}
    for (class_code, attribute), rule in sorted(
        by_place.items(), key=lambda place: depth.get(ClassCode(place[0][0]), 0)
    ):
        said = Rule(rule.order, rule.strategy, frozenset(rule.among))
        if not class_code:
            decided[attribute] = said
        elif model.find_class(class_code) is not None:
            decided |= {(str(code), attribute): said for code in model.descendants(class_code)}
    return replace(found, rules=decided)


def _general(found: Precedence, rule: PrecedenceRule) -> Precedence:
    order = (*rule.order, *(one for one in found.order if one not in rule.order))
    fresh = dict(found.fresh)
    fresh |= {name: timedelta(days=days) for name, days in (rule.fresh_days or {}).items()}
    return replace(found, order=order if rule.order else found.order, fresh=fresh)
