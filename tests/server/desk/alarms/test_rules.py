"""What rules of alarms are about, how long trouble lasted, and what is to be done about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmdb.errors import InvalidValue
from server.desk.alarms.queries.looking import ancestry
from server.desk.alarms.rules.planning import Act, Standing, Trouble, gathered, plan
from server.desk.alarms.rules.reading import read_rule, rule_document, shipped_rules
from server.desk.alarms.rules.replaying import replay
from server.desk.alarms.rules.spells import announced, missed, paired
from server.desk.alarms.rules.values import (
    SIGNALS,
    AlarmRule,
    Facts,
    Spell,
    broken_examples,
    fits,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FULL = AlarmRule("full", "Full", "filesystem", 95)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize("rule", shipped_rules().values(), ids=lambda rule: rule.code)
def test_shipped_rules_are_what_their_examples_say_and_read_back(rule: AlarmRule) -> None:
    assert broken_examples(rule, ancestry) == []
    assert {one.fits for one in rule.examples} == {True, False}
    assert set(rule.labels) == {"es", "ru"}
    assert read_rule(rule.code, rule_document(rule)) == replace(rule, labels={})


def test_every_sort_of_trouble_has_a_shipped_rule() -> None:
    assert {rule.signal for rule in shipped_rules().values()} == set(SIGNALS)


@pytest.mark.parametrize(
    ("changes", "facts", "subject", "measure", "expected"),
    [
        ({}, Facts(), "/", 95, True),
        ({}, Facts(), "/", 94.9, False),
        ({"class_codes": ("server",)}, Facts(frozenset({"server", "item"})), "/", 99, True),
        ({"class_codes": ("server",)}, Facts(frozenset({"laptop"})), "/", 99, False),
        ({"organisation_id": 4}, Facts(organisation_ids=frozenset({1, 4})), "/", 99, True),
        ({"organisation_id": 4}, Facts(organisation_ids=frozenset({1})), "/", 99, False),
        ({"worst_tier": 1}, Facts(tier=0), "/", 99, True),
        ({"worst_tier": 1}, Facts(tier=2), "/", 99, False),
        ({"worst_tier": 1}, Facts(), "/", 99, False),
        ({"words": ("/VAR",)}, Facts(), "/var/log", 99, True),
        ({"words": ("/var",)}, Facts(), "/home", 99, False),
        ({"not_words": ("snap",)}, Facts(), "/snap/core", 99, False),
        ({"signal": "certificate", "threshold": 21}, Facts(), "www", 21, True),
        ({"signal": "certificate", "threshold": 21}, Facts(), "www", -3, True),
        ({"signal": "certificate", "threshold": 21}, Facts(), "www", 22, False),
    ],
)
def test_a_rule_is_about_what_it_says(
    changes: dict[str, Any], facts: Facts, subject: str, measure: float, expected: bool
) -> None:
    assert fits(replace(FULL, **changes), facts, subject, measure) is expected


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"name": "", "signal": "trap"}, "name"),
        ({"name": "x", "signal": "smoke"}, "signal"),
        ({"name": "x", "signal": "filesystem", "threshold": 101}, "threshold"),
        ({"name": "x", "signal": "filesystem", "threshold": "a lot"}, "threshold"),
        ({"name": "x", "signal": "trap", "most_open": 0}, "most_open"),
        ({"name": "x", "signal": "trap", "reopen_hours": None}, "reopen_hours"),
        ({"name": "x", "signal": "trap", "words": ["a", "a"]}, "words"),
        ({"name": "x", "signal": "trap", "examples": [{"name": ""}]}, "examples.0.name"),
        (
            {"name": "x", "signal": "trap", "examples": [{"name": "y", "measure": "z"}]},
            "examples.0.measure",
        ),
    ],
)
def test_a_rule_that_cannot_be_says_where_it_is_wrong(document: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_rule("rule", document)
    assert place in caught.value.fields


def test_news_of_a_port_become_spells_until_it_is_up_again() -> None:
    told = [
        (1, "eth0", ago(5), True),
        (1, "eth0", ago(4.5), True),
        (2, "eth0", ago(4), False),
        (1, "eth0", ago(3), False),
        (1, "eth1", ago(2), True),
    ]
    first, second = paired(told, NOW)
    assert (first.subject, first.begins_at, first.ends_at) == ("eth0", ago(5), ago(3))
    assert (first.measure, len(first.moments)) == (120, 2)
    assert (second.subject, second.ends_at, second.measure) == ("eth1", None, 120)


def test_announcements_are_one_spell_until_it_is_quiet_for_long_enough() -> None:
    told = [(1, "cold_start", ago(hours)) for hours in (20, 19, 18, 3, 1)]
    first, second = announced(told, 4, NOW)
    assert (first.measure, first.ends_at) == (3, ago(14))
    assert (second.measure, second.ends_at) == (2, None)


def test_a_device_is_missed_by_the_sweeps_after_one_that_found_it() -> None:
    sweeps = [(number, ago(10 - number)) for number in range(1, 7)]
    found_in = {7: frozenset({2, 5}), 8: frozenset({1, 2, 3, 4, 5, 6}), 9: frozenset({4})}
    first, second, third = missed(sweeps, found_in, "office")
    assert (first.item_id, first.measure, first.ends_at) == (7, 2, ago(5))
    assert (second.item_id, second.measure, second.ends_at) == (7, 1, None)
    assert (third.item_id, third.measure, third.ends_at) == (9, 2, None)


def test_parts_of_one_item_are_one_trouble() -> None:
    spells = [
        Spell(5, "/var", ago(2), measure=97),
        Spell(5, "/", ago(3), measure=96, moments=(ago(3), ago(1))),
        Spell(6, "/", ago(1)),
    ]
    found = gathered(spells)
    assert list(found) == [5, 6]
    assert found[5] == Trouble(5, (("/", 96), ("/var", 97)), ago(3), ago(1), (ago(3), ago(1)))


_THERE = Trouble(1, (("/", 97),), ago(3), ago(1), (ago(3), ago(1)))


def stands(**changes: Any) -> Standing:
    usual = Standing(True, ago(1), frozenset({"/"}), None, ticket_open=True)
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("trouble", "standing", "expected"),
    [
        (None, None, (Act.NOTHING, 0)),
        (_THERE, None, (Act.OPEN, 2)),
        # Nothing new was told.
        (_THERE, stands(), (Act.NOTHING, 0)),
        (_THERE, stands(last_at=ago(2)), (Act.COUNT, 1)),
        (_THERE, stands(subjects=frozenset({"/var"})), (Act.COUNT, 0)),
        # Who closes a ticket while its cause goes on has seen it.
        (_THERE, stands(ticket_open=False), (Act.NOTHING, 0)),
        (_THERE, stands(ticket_open=False, last_at=ago(2)), (Act.COUNT, 1)),
        (None, stands(), (Act.END, 0)),
        (None, stands(on=False, ended_at=ago(1)), (Act.NOTHING, 0)),
        # It comes back: the ticket is still open, was solved of late, or long ago.
        (_THERE, stands(on=False, ended_at=ago(2)), (Act.RETURN, 1)),
        (_THERE, stands(on=False, ended_at=ago(23), ticket_open=False), (Act.REOPEN, 1)),
        (_THERE, stands(on=False, ended_at=ago(25), ticket_open=False), (Act.OPEN, 1)),
    ],
)
def test_one_ticket_is_opened_counted_on_ended_and_taken_up_again(
    trouble: Trouble | None, standing: Standing | None, expected: tuple[Act, int]
) -> None:
    assert plan(trouble, standing, 24, NOW) == expected


def test_on_paper_spells_close_to_each_other_are_one_ticket() -> None:
    spells = [
        Spell(1, "eth0", ago(100), ago(99), moments=(ago(100),)),
        Spell(1, "eth1", ago(90), ago(80), moments=(ago(90), ago(85))),
        Spell(1, "eth0", ago(5), None, moments=(ago(5),)),
        Spell(2, "eth0", ago(50), ago(49)),
    ]
    latest, other, first = replay(spells, 24)
    assert (latest.item_id, latest.resolved_at, latest.count) == (1, None, 1)
    assert (other.item_id, other.count) == (2, 1)
    assert (first.opened_at, first.resolved_at) == (ago(100), ago(80))
    assert (first.count, first.reopened, first.subjects) == (3, 1, ("eth0", "eth1"))
