"""Routing rules on paper: what matches, who has the say, whose turn it is."""

from typing import Any

import pytest

from cmdb.errors import InvalidValue
from server.desk.routing.rules.conditions import Condition, Outcome, Rule, decide, holds
from server.desk.routing.rules.reading import read_rule, rule_document


def facts(**held: str | list[str]) -> dict[str, frozenset[str]]:
    return {
        name: frozenset([value] if isinstance(value, str) else value)
        for name, value in held.items()
    }


WIFI = ["network", "network.wifi"]


def asks(field: str, test: str, *values: str) -> Condition:
    return Condition(field, test, values)


@pytest.mark.parametrize(
    ("condition", "held", "expected"),
    [
        (asks("category", "any", "network"), facts(category=WIFI), True),
        (
            asks("category", "any", "network.vpn"),
            facts(category=WIFI),
            False,
        ),
        (asks("item", "all", "7", "8"), facts(item=["7", "8", "9"]), True),
        (asks("item", "all", "7", "8"), facts(item=["7"]), False),
        (asks("item", "none", "7"), facts(item=["8"]), True),
        (asks("item", "none", "7"), facts(), True),
        (asks("item", "any", "7"), facts(), False),
        (asks("department", "any", "SALES"), facts(department="sales"), True),
        (asks("words", "any", "vpn"), facts(words="The VPN drops"), True),
        (asks("words", "any", "print"), facts(words="Two printers jam"), True),
        (asks("words", "any", "rint"), facts(words="Two printers jam"), False),
        (asks("words", "any", "wi-fi off"), facts(words="Wi Fi: off again"), True),
        (asks("words", "all", "принтер", "бумаг"), facts(words="Принтеру нужна бумага"), True),
        (asks("words", "none", "vpn"), facts(words="Mail is slow"), True),
    ],
)
def test_a_condition_holds_for_what_the_ticket_has(
    condition: Condition, held: dict[str, frozenset[str]], expected: bool
) -> None:
    assert holds(condition, held) is expected


def test_words_are_sought_in_the_whole_text_and_not_in_its_beginning_alone() -> None:
    assert holds(asks("words", "any", "omega"), facts(words="alpha " * 500 + "omega"))


def test_the_first_rule_has_the_say_and_later_ones_give_what_is_left() -> None:
    wifi = asks("category", "any", "network")
    rules = [
        Rule("Pressing", (asks("words", "any", "down"),), Outcome(priority=1)),
        Rule("Network", (wifi,), Outcome(group_id=7)),
        Rule("Everything", (), Outcome(group_id=1, assignee_id=5, priority=4)),
    ]
    decision = decide(rules, facts(category="network", words="All is down"))
    assert decision.outcome == Outcome(7, None, 1)
    assert [rule.name for rule in decision.rules] == ["Pressing", "Network", "Everything"]
    assert decide(rules, facts(words="hello")).outcome == Outcome(1, 5, 4)


def test_skills_of_all_rules_that_match_are_wanted_at_the_highest_level() -> None:
    rules = [
        Rule("Servers", (), Outcome(group_id=7, skills={"linux": 2})),
        Rule("Databases", (), Outcome(skills={"linux": 3, "sql": 1})),
    ]
    assert decide(rules, {}).outcome == Outcome(7, skills={"linux": 3, "sql": 1})


def test_no_rule_is_asked_after_a_final_one() -> None:
    rules = [Rule("One", (), Outcome(priority=5), final=True), Rule("Two", (), Outcome(2))]
    assert decide(rules, {}).outcome == Outcome(None, None, 5)


DOCUMENT: dict[str, Any] = {
    "name": "Wireless",
    "conditions": [{"field": "category", "test": "any", "values": ["network.wifi"]}],
    "group_id": 7,
    "examples": [
        {"name": "INC-1", "facts": {"category": ["network", "network.wifi"]}, "matches": True},
        {"name": "a printer", "facts": {"category": ["hardware"]}, "matches": False},
    ],
}


def test_a_rule_is_read_back_as_it_was_written() -> None:
    rule = read_rule(DOCUMENT)
    assert read_rule(rule_document(rule)) == rule
    assert rule.outcome == Outcome(group_id=7)


def test_a_rule_that_breaks_its_own_examples_is_refused() -> None:
    conditions = [{"field": "category", "test": "any", "values": ["hardware"]}]
    with pytest.raises(InvalidValue) as refused:
        read_rule(DOCUMENT | {"conditions": conditions})
    assert set(refused.value.fields) == {"examples.0", "examples.1"}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": ""}, "name"),
        ({"group_id": None}, "group_id"),
        ({"group_id": "7"}, "group_id"),
        ({"priority": True}, "priority"),
        ({"conditions": {}}, "conditions"),
        ({"conditions": [{"field": "colour", "values": ["red"]}]}, "conditions.0.field"),
        ({"conditions": [{"field": "item", "values": []}]}, "conditions.0.values"),
        (
            {"conditions": [{"field": "item", "test": "maybe", "values": ["1"]}]},
            "conditions.0.test",
        ),
        ({"conditions": [{"field": "words", "values": ["!!"]}]}, "conditions.0.values"),
        ({"examples": [{"name": "x", "facts": []}]}, "examples.0.facts"),
        ({"skills": "linux"}, "skills"),
        ({"skills": {"linux": 6}}, "skills"),
    ],
)
def test_what_is_wrong_in_a_rule_is_named_by_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_rule(DOCUMENT | wrong)
    assert place in refused.value.fields
