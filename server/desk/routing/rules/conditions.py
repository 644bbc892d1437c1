"""Routing rules as values, and what they make of a ticket. No ticket is known here, only facts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cmdb.model.text import text_key
from server.desk.routing.rules.skills import merged

#: What of a ticket a condition may ask about. Ids are written as text, like everything else.
FIELDS = (
    "kind",
    "category",
    "channel",
    "urgency",
    "impact",
    "priority",
    "organisation",
    "requester",
    "requester_group",
    "department",
    "site",
    "item",
    "item_class",
    "service",
    "tier",
    "words",
)
#: Whose values people type, so that case and accents do not count.
FOLDED = frozenset({"department", "site"})
WORDS = "words"
#: Whose values are ids, or levels.
NUMBERS = frozenset({"organisation", "requester", "requester_group", "item", "service", "tier"})
TESTS = ("any", "all", "none")

#: A field to what the ticket holds of it; a category stands with its parent, an item's class with
#: its ancestors, an organisation with those above it. ``words`` holds the whole text.
Facts = Mapping[str, frozenset[str]]

_GAPS = re.compile(r"[\W_]+")
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Condition:
    """Any, all or none of ``values`` must be among what the ticket holds of ``field``."""

    field: str
    test: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule gives a ticket; None leaves that to the rules after it."""

    group_id: int | None = None
    assignee_id: int | None = None
    priority: int | None = None
    #: Code to least level of what whoever gets the ticket must be able to do.
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A case kept with a rule: whether the rule matches it is checked whenever it is saved."""

    name: str
    facts: Facts
    matches: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions must hold. ``final``: no rule after this one is asked."""

    name: str
    conditions: tuple[Condition, ...]
    outcome: Outcome
    final: bool = False
    examples: tuple[Example, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What all rules together give a ticket, and which of them had a say."""

    outcome: Outcome = Outcome()
    rules: tuple[Rule, ...] = field(default_factory=tuple)


def decide(rules: Iterable[Rule], facts: Facts) -> Decision:
    """Ask the rules in their order; each gives what no earlier one gave, skills are added up.

    >>> wifi = Rule("Wi-Fi", (Condition("category", "any", ("network.wifi",)),), Outcome(7))
    >>> decide([wifi], {"category": frozenset({"network", "network.wifi"})}).outcome.group_id
    7
    """
    group_id = assignee_id = priority = None
    said: list[Rule] = []
    skills: dict[str, int] = {}
    for rule in rules:
        if not matches(rule, facts):
            continue
        said.append(rule)
        # A person of an earlier rule's group is not taken from a later rule's.
        if group_id is None and assignee_id is None:
            group_id, assignee_id = rule.outcome.group_id, rule.outcome.assignee_id
        priority = rule.outcome.priority if priority is None else priority
        skills = merged(skills, rule.outcome.skills)
        if rule.final:
            break
    return Decision(Outcome(group_id, assignee_id, priority, skills), tuple(said))


def matches(rule: Rule, facts: Facts) -> bool:
    """Say whether every condition of a rule holds."""
    return all(holds(condition, facts) for condition in rule.conditions)


def holds(condition: Condition, facts: Facts) -> bool:
    """Say whether a condition holds; of what a ticket does not have, only "none" does."""
    held = facts.get(condition.field, frozenset())
    if condition.field == WORDS:
        text = " ".join(spaced(one) for one in sorted(held))
        found = [f" {spaced(value).strip()}" in text for value in condition.values]
    else:
        folded = {text_key(one) for one in held} if condition.field in FOLDED else held
        fold = text_key if condition.field in FOLDED else str
        found = [fold(value) in folded for value in condition.values]
    if condition.test == "none":
        return not any(found)
    return all(found) if condition.test == "all" else any(found)


def spaced(text: str) -> str:
    """Return a text as it is searched: folded, words apart, a space before and after each.

    >>> spaced("Wi-Fi: timed out!")
    ' wi fi timed out '
    """
    return f" {_GAPS.sub(' ', text[:_LONGEST].casefold()).strip()} "


def broken_examples(rule: Rule) -> list[tuple[int, bool]]:
    """Return (number, whether the rule matches) of examples that do not come out as they say."""
    found = []
    for number, example in enumerate(rule.examples):
        matched = matches(rule, example.facts)
        if matched != example.matches:
            found.append((number, matched))
    return found


def asked_fields(rules: Sequence[Rule]) -> frozenset[str]:
    """Return what any of the rules asks about; nothing else of a ticket needs to be read."""
    return frozenset(one.field for rule in rules for one in rule.conditions)
