"""Reading a routing rule from a document, with every fault under the place where it stands."""

from collections.abc import Mapping
from typing import Any

from cmdb.errors import InvalidValue
from server.desk.routing.rules.conditions import (
    FIELDS,
    TESTS,
    WORDS,
    Condition,
    Example,
    Outcome,
    Rule,
    broken_examples,
    spaced,
)
from server.desk.routing.rules.skills import check_wanted

_MOST_CONDITIONS = 20
_MOST_VALUES = 200
_MOST_EXAMPLES = 50
_LONGEST = 400
_LONGEST_TEXT = 4000


def read_rule(document: Mapping[str, Any], rule_id: int = 0) -> Rule:
    """Return the rule of a document; ``rule_document`` says what stands in one.

    Raises ``InvalidValue`` naming each place that is wrong, as ``conditions.1.values``; an example
    that does not come out as it says is wrong, so that a rule cannot break what it was made for.
    """
    faults: dict[str, str] = {}
    name = str(document.get("name") or "").strip()
    if not 0 < len(name) <= 120:
        faults["name"] = "must have 1 to 120 characters"
    given = _list(document.get("conditions"), "conditions", _MOST_CONDITIONS, faults)
    conditions = tuple(
        _condition(one, f"conditions.{number}", faults) for number, one in enumerate(given)
    )
    outcome = _outcome(document, faults)
    given = _list(document.get("examples"), "examples", _MOST_EXAMPLES, faults)
    examples = tuple(
        _example(one, f"examples.{number}", faults) for number, one in enumerate(given)
    )
    rule = Rule(name, conditions, outcome, bool(document.get("final")), examples, rule_id)
    if not faults:
        for number, matched in broken_examples(rule):
            faults[f"examples.{number}"] = (
                "the rule matches this case, and should not"
                if matched
                else "the rule does not match this case, and should"
            )
    if faults:
        raise InvalidValue(faults)
    return rule


def rule_document(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is stored and told; ``read_rule`` reads it back."""
    return {
        "name": rule.name,
        "conditions": [
            {"field": one.field, "test": one.test, "values": list(one.values)}
            for one in rule.conditions
        ],
        "group_id": rule.outcome.group_id,
        "assignee_id": rule.outcome.assignee_id,
        "priority": rule.outcome.priority,
        "skills": dict(rule.outcome.skills),
        "final": rule.final,
        "examples": [
            {
                "name": one.name,
                "facts": {name: sorted(values) for name, values in one.facts.items()},
                "matches": one.matches,
            }
            for one in rule.examples
        ],
    }


def _list(given: Any, place: str, most: int, faults: dict[str, str]) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > most:
        faults[place] = f"must be a list of at most {most}"
        return []
    return given


def _condition(given: Any, place: str, faults: dict[str, str]) -> Condition:
    entry = given if isinstance(given, Mapping) else {}
    name, test = str(entry.get("field")), str(entry.get("test", "any"))
    if name not in FIELDS:
        faults[f"{place}.field"] = f"must be one of {', '.join(FIELDS)}"
    if test not in TESTS:
        faults[f"{place}.test"] = f"must be one of {', '.join(TESTS)}"
    values = _texts(entry.get("values"), f"{place}.values", _LONGEST, faults)
    if not values:
        faults.setdefault(f"{place}.values", "must not be empty")
    if name == WORDS and any(not spaced(one).strip() for one in values):
        faults[f"{place}.values"] = "must hold letters or digits"
    return Condition(name, test, values)


def _texts(given: Any, place: str, longest: int, faults: dict[str, str]) -> tuple[str, ...]:
    entries = _list(given, place, _MOST_VALUES, faults)
    texts = tuple(dict.fromkeys(str(one).strip() for one in entries))
    if any(isinstance(one, (Mapping, list)) for one in entries):
        faults[place] = "must be a list of words"
    elif any(not 0 < len(one) <= longest for one in texts):
        faults[place] = f"must have 1 to {longest} characters"
    return texts


def _outcome(document: Mapping[str, Any], faults: dict[str, str]) -> Outcome:
    found: dict[str, Any] = {}
    for name in ("group_id", "assignee_id", "priority"):
        value = document.get(name)
        if value is not None and (type(value) is not int or value < 1):
            faults[name] = "must be a number"
            value = None
        found[name] = value
    found["skills"] = _skills(document.get("skills"), faults)
    if not any(found.values()):
        fault = "say what the rule gives: a group, a person, a priority or skills"
        faults.setdefault("group_id", fault)
    return Outcome(**found)


def _skills(given: Any, faults: dict[str, str]) -> dict[str, int]:
    entries = given or {}
    if not isinstance(entries, Mapping) or any(type(one) is not int for one in entries.values()):
        faults["skills"] = "must be a table of levels"
        return {}
    try:
        return check_wanted({str(code): level for code, level in entries.items()}, entries)
    except InvalidValue as error:
        faults |= error.fields
        return {}


def _example(given: Any, place: str, faults: dict[str, str]) -> Example:
    entry = given if isinstance(given, Mapping) else {}
    name = str(entry.get("name") or "").strip()[:120]
    if not name:
        faults[f"{place}.name"] = "must have 1 to 120 characters"
    facts = entry.get("facts")
    if not isinstance(facts, Mapping):
        faults[f"{place}.facts"] = "must be a table"
        facts = {}
    for field in facts:
        if field not in FIELDS:
            faults[f"{place}.facts.{field}"] = f"must be one of {', '.join(FIELDS)}"
    held = {
        str(field): frozenset(_texts(value, f"{place}.facts.{field}", _LONGEST_TEXT, faults))
        for field, value in facts.items()
    }
    return Example(name, held, entry.get("matches") is not False)
