"""What is known of identifying evidence: shipped, and as people have set it for their register.

``knowledge.toml`` holds lists and weights; rules of the class model say what differs for a class;
administrators may let a value of the shipped lists identify. Like the class model, what holds is
one for a unit of work (``server.foundation.standing``).
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from cmdb.model import Model, shipped_model
from cmdb.model.values import IdentityRule

#: Values of the shipped lists that identify after all: (list, value); see ``LISTS``.
Exempt = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Weight:
    """What one kind of evidence is worth; ``hardware`` kinds are bolted to the machine.

    ``weak`` never decides alone; what does not count says nothing at all; what ``asks`` is weighed
    for no decision, and makes a question of one.
    """

    in_favour: float
    against: float
    most: float
    hardware: bool = False
    weak: bool = False
    counts: bool = True
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Junk, aliases and weights.

    ``everywhere`` are the kinds whose values mean the same in every organisation. ``classes`` holds
    the weights of each class of which a rule speaks, ``ignored`` the kinds that say nothing of its
    items, ``keys`` its identifying attributes as (class that says so, attributes). ``deciding``
    are the kinds that decide alone, of some class at least.
    """

    placeholders: frozenset[str]
    bad_uuids: frozenset[str]
    shared_mac_prefixes: tuple[str, ...]
    dock_mac_prefixes: tuple[str, ...]
    vendors: Mapping[str, str]
    weights: Mapping[str, Weight]
    everywhere: frozenset[str]
    classes: Mapping[str, Mapping[str, Weight]]
    ignored: Mapping[str, frozenset[str]]
    keys: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    deciding: frozenset[str]

    def weights_of(self, class_code: str) -> Mapping[str, Weight]:
        """Return what each kind is worth for items of a class."""
        return self.classes.get(class_code, self.weights)


_STANDING: ContextVar[Knowledge | None] = ContextVar("standing_knowledge", default=None)


def knowledge() -> Knowledge:
    """Return the knowledge in force."""
    return _STANDING.get() or shipped_knowledge()


@contextmanager
def knowledge_standing(known: Knowledge) -> Iterator[None]:
    """Let ``known`` hold inside the block."""
    before = _STANDING.get()
    _STANDING.set(known)
    try:
        yield
    finally:
        # Not by token: a streamed answer may be closed in another context than it was begun in.
        _STANDING.set(before)


@cache
def shipped_knowledge() -> Knowledge:
    """Return the shipped knowledge."""
    return knowledge_with(shipped_model())


def knowledge_with(model: Model, exempt: Exempt = frozenset()) -> Knowledge:
    """Return what is shipped, with the rules of ``model`` and without what is ``exempt``."""
    data = _shipped_file()
    left = {
        name: tuple(value for value in data[field] if (name, value) not in exempt)
        for name, field in LISTS.items()
    }
    weights = {kind: _weight(row) for kind, row in data["weights"].items()}
    classes, keys = _by_class(model, weights)
    tables = (weights, *classes.values())
    return Knowledge(
        placeholders=frozenset(left["text"]),
        bad_uuids=frozenset(left["uuid"]),
        shared_mac_prefixes=left["mac"],
        dock_mac_prefixes=left["dock"],
        vendors=data["vendors"],
        weights=weights,
        everywhere=frozenset(k for k, row in data["weights"].items() if row.get("everywhere")),
        classes=classes,
        ignored={
            code: silent
            for code, held in classes.items()
            if (silent := frozenset(kind for kind, one in held.items() if not one.counts))
        },
        keys=keys,
        deciding=frozenset(kind for held in tables for kind, one in held.items() if not one.weak),
    )


#: The shipped lists by the names they go by outside, and in the file.
LISTS: Mapping[str, str] = {
    "text": "placeholders",
    "uuid": "bad_uuids",
    "mac": "shared_mac_prefixes",
    "dock": "dock_mac_prefixes",
}


@cache
def _shipped_file() -> Mapping[str, Any]:
    path = resources.files("cmdb.engine.identity") / "knowledge.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _weight(row: Mapping[str, Any]) -> Weight:
    return Weight(
        in_favour=row["for"],
        against=row["against"],
        most=row.get("most", row["for"]),
        hardware=row.get("hardware", False),
        weak=row.get("weak", False),
        asks=row.get("asks", False),
    )


def _by_class(
    model: Model, weights: Mapping[str, Weight]
) -> tuple[dict[str, dict[str, Weight]], dict[str, tuple[tuple[str, tuple[str, ...]], ...]]]:
    rules: dict[str, list[IdentityRule]] = {}
    for rule in model.identity:
        rules.setdefault(rule.class_code, []).append(rule)
    classes: dict[str, dict[str, Weight]] = {}
    keys: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
    for one in model.classes:
        line = [*reversed(model.ancestors(one.code)), one.code]
        said = [rule for code in line for rule in rules.get(code, ())]
        if not said:
            continue
        held = dict(weights)
        for rule in said:
            held[rule.evidence] = ruled(held[rule.evidence], rule)
            if rule.keys is not None:
                keys[one.code] = tuple((str(rule.class_code), key) for key in rule.keys)
        classes[one.code] = held
    return classes, keys


def ruled(weight: Weight, rule: IdentityRule) -> Weight:
    """Return what a weight becomes by a rule.

    >>> from cmdb.vocabulary import LAPTOP, MAC
    >>> ruled(Weight(60, 30, 80, hardware=True), IdentityRule(LAPTOP, MAC, weight=30)).most
    40.0
    """
    share = 1.0
    if rule.weight is not None:
        share = rule.weight / weight.in_favour if weight.in_favour else 1.0
    return replace(
        weight,
        in_favour=weight.in_favour if rule.weight is None else rule.weight,
        most=max(weight.most * share, rule.weight or 0.0),
        against=weight.against if rule.against is None else rule.against,
        weak=weight.weak if rule.alone is None or weight.asks else not rule.alone,
        asks=weight.asks and not rule.alone,
        counts=weight.counts if rule.counts is None else rule.counts,
    )
