"""Whose word counts, attribute by attribute."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.reconciliation import (
    Change,
    Precedence,
    Rule,
    Word,
    plan,
    shipped_precedence,
    standing,
)

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Words = dict[str, dict[str, Word]]


def word(value: Any, days_ago: float = 0, until: datetime | None = None) -> Word:
    seen = NOW - DAY * days_ago
    return Word(value, seen, seen, until)


def winner(words: Mapping[str, Mapping[str, Word]], precedence: Precedence | None = None) -> Any:
    found = standing(words, "x", precedence or shipped_precedence(), "server", NOW).winner
    return None if found is None else (found[0], found[1].value)


def ruled(rule: Rule) -> Precedence:
    shipped = shipped_precedence()
    return Precedence(shipped.order, shipped.fresh, {"x": rule})


def test_a_person_stands_above_every_machine() -> None:
    words = {"agent": {"x": word("a")}, "person": {"x": word("p", 900)}, "snmp": {"x": word("s")}}
    assert winner(words) == ("person", "p")


def test_the_sources_stand_in_the_order_that_is_shipped() -> None:
    words: Words = {
        name: {"x": word(name)} for name in ("derived", "demo", "rest", "snmp", "agent")
    }
    seen = []
    while (found := winner(words)) is not None:
        seen.append(found[0])
        del words[found[0]]
    assert seen == ["agent", "snmp", "rest", "demo", "derived"]


def test_a_source_nobody_ranked_counts_like_rest_and_a_variety_like_its_kind() -> None:
    shipped = shipped_precedence()
    rule = Rule()
    assert shipped.rank("netbox", rule) == shipped.rank("rest", rule)
    assert shipped.rank("import:sheet", rule) == shipped.rank("import", rule)
    assert winner({"import:sheet": {"x": word(1)}, "snmp": {"x": word(2)}}) == ("snmp", 2)


def test_a_stale_higher_source_yields() -> None:
    words = {"agent": {"x": word("old", 31)}, "rest": {"x": word("new", 1)}}
    assert winner(words) == ("rest", "new")
    words["agent"]["x"] = word("back", 29)
    assert winner(words) == ("agent", "back")


def test_an_old_truth_is_better_than_none() -> None:
    assert winner({"agent": {"x": word("old", 400)}, "snmp": {"x": word("older", 500)}}) == (
        "agent",
        "old",
    )


def test_an_override_counts_until_its_end_and_not_a_moment_longer() -> None:
    words = {"person": {"x": word("p", 1, NOW + DAY)}, "agent": {"x": word("a")}}
    assert winner(words) == ("person", "p")
    words["person"]["x"] = word("p", 1, NOW)
    assert winner(words) == ("agent", "a")
    assert winner({"person": words["person"]}) is None


def test_the_latest_among_equals_does_not_outvote_a_person() -> None:
    precedence = ruled(Rule(strategy="latest", among=frozenset({"agent", "snmp"})))
    words = {"agent": {"x": word("12", 3)}, "snmp": {"x": word("13", 1)}}
    assert winner(words, precedence) == ("snmp", "13")
    words["person"] = {"x": word("11", 90)}
    assert winner(words, precedence) == ("person", "11")


def test_the_operating_systems_version_is_believed_from_whoever_saw_it_last() -> None:
    words = {"agent": {"os_version": word("12", 3)}, "snmp": {"os_version": word("13", 1)}}
    found = standing(words, "os_version", shipped_precedence(), "server", NOW).winner
    assert found is not None
    assert found[0] == "snmp"


def test_a_vaguer_version_does_not_take_the_place_of_an_exact_one() -> None:
    """OCS tells of Debian "12", ours of "12.11": by turns they would make a difference a day."""
    precedence = ruled(Rule(strategy="latest", among=frozenset({"agent", "inventory"})))
    words = {"agent": {"x": word("12.11", 3)}, "inventory": {"x": word("12", 1)}}
    assert winner(words, precedence) == ("agent", "12.11")
    words["inventory"] = {"x": word("13", 1)}
    assert winner(words, precedence) == ("inventory", "13")
    words["inventory"] = {"x": word("1", 1)}
    assert winner(words, precedence) == ("inventory", "1")


def test_what_most_sources_report_wins_with_the_best_source_for_it() -> None:
    precedence = ruled(Rule(strategy="most_reported"))
    words = {"agent": {"x": word(8)}, "snmp": {"x": word(16)}, "rest": {"x": word(16)}}
    assert winner(words, precedence) == ("snmp", 16)
    words["demo"] = {"x": word(8)}
    assert winner(words, precedence) == ("agent", 8)


def test_the_largest_value_wins_whatever_types_the_sources_bring() -> None:
    precedence = ruled(Rule(strategy="largest"))
    words = {"agent": {"x": word(8)}, "snmp": {"x": word(16.5)}, "rest": {"x": word("lots")}}
    assert winner(words, precedence) == ("snmp", 16.5)
    words["demo"] = {"x": word([1, 2])}
    assert winner(words, precedence) == ("demo", [1, 2])
    assert winner({"rest": {"x": word({"amount": "1"})}}, precedence) is not None


def test_a_rule_of_the_class_comes_before_the_general_one() -> None:
    shipped = shipped_precedence()
    rules: dict[str | tuple[str, str], Rule] = {
        "x": Rule(order=("rest", "agent")),
        ("server", "x"): Rule(order=("snmp", "agent")),
    }
    precedence = Precedence(shipped.order, shipped.fresh, rules)
    words = {"agent": {"x": word("a")}, "snmp": {"x": word("s")}, "rest": {"x": word("r")}}
    assert winner(words, precedence) == ("snmp", "s")
    other = standing(words, "x", precedence, "printer", NOW).winner
    assert other is not None
    assert other[0] == "rest"


def test_only_what_changes_is_planned_and_a_word_taken_back_lets_the_next_one_in() -> None:
    words = {"agent": {"x": word("a")}, "person": {"y": word("p")}}
    current = {"x": "a", "y": "other", "z": "gone"}
    changes = plan(current, words, ["x", "y", "z"], shipped_precedence(), "server", NOW)
    assert changes == (Change("y", "other", "p", "person"), Change("z", "gone", None, None))


def test_everybody_who_says_otherwise_is_shown_in_order() -> None:
    words = {"rest": {"x": word(3)}, "agent": {"x": word(1)}, "snmp": {"x": word(2)}}
    found = standing(words, "x", shipped_precedence(), "server", NOW)
    assert found.winner is not None
    assert [source for source, _ in found.losers] == ["snmp", "rest"]
    assert standing({}, "x", shipped_precedence(), "server", NOW).winner is None


SOURCES = ["person", "agent", "snmp", "rest", "import:a", "netbox", "directory", "demo", "derived"]
VALUES = st.one_of(st.integers(0, 5), st.sampled_from(["a", "b", "c"]), st.lists(st.integers(0, 2)))
MOMENTS = st.integers(0, 90).map(lambda days: NOW - DAY * days)
ENDS = st.one_of(st.none(), st.integers(-2, 2).map(lambda days: NOW + DAY * days))
A_WORD = st.builds(Word, VALUES, MOMENTS, MOMENTS, ENDS)
NAMES = ["x", "y", "os_version"]
SAID = st.dictionaries(
    st.sampled_from(SOURCES), st.dictionaries(st.sampled_from(NAMES), A_WORD), max_size=9
)
RULES = st.builds(
    Rule,
    order=st.just(()),
    strategy=st.sampled_from(["highest_source", "latest", "most_reported", "largest"]),
    among=st.sets(st.sampled_from(["agent", "snmp", "rest"])).map(frozenset),
)


def decided(words: Words, rule: Rule) -> dict[str, Any]:
    changes = plan({}, words, NAMES, ruled(rule), "server", NOW)
    return {change.attribute: change.new for change in changes}


@given(words=SAID, rule=RULES, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_sources_spoke_decides_nothing(
    words: Words, rule: Rule, seed: Any
) -> None:
    shuffled = list(words.items())
    seed.shuffle(shuffled)
    assert decided(dict(shuffled), rule) == decided(words, rule)


@given(words=SAID, rule=RULES)
def test_a_plan_once_carried_out_leaves_nothing_to_do(words: Words, rule: Rule) -> None:
    current = decided(words, rule)
    assert plan(current, words, NAMES, ruled(rule), "server", NOW) == ()


@given(words=SAID, rule=RULES)
def test_the_winner_is_always_somebodys_word_that_has_not_ended(words: Words, rule: Rule) -> None:
    for name in NAMES:
        found = standing(words, name, ruled(rule), "server", NOW)
        spoken = {source for source, said in words.items() if name in said}
        if found.winner is None:
            ends = [words[source][name].until for source in spoken]
            assert all(end is not None and end <= NOW for end in ends)
            continue
        source, said = found.winner
        assert words[source][name] is said
        assert said.until is None or said.until > NOW
        assert {loser for loser, _ in found.losers} == spoken - {source}


@given(words=SAID, rule=RULES)
def test_a_person_who_sets_a_value_is_obeyed_until_they_take_it_back(
    words: Words, rule: Rule
) -> None:
    without = {source: said for source, said in words.items() if source != "person"}
    theirs = without | {"person": {"x": Word("mine", NOW, NOW)}}
    if rule.strategy == "highest_source" or rule.among:
        assert decided(theirs, rule).get("x") == "mine"
    assert decided(without, rule) == decided(without | {"person": {}}, rule)


@given(words=SAID)
def test_a_lower_source_changes_nothing_while_a_higher_one_is_fresh(words: Words) -> None:
    words["agent"] = words.get("agent", {}) | {"x": word("agent")}
    before = decided(words, Rule())["x"]
    words["derived"] = {"x": word("derived")}
    assert decided(words, Rule())["x"] == before


def test_reconciling_a_report_against_ten_sources_takes_under_two_milliseconds() -> None:
    names = [f"attribute_{number}" for number in range(40)]
    words = {
        f"import:{number}": {name: word(f"{name}-{number}", number) for name in names}
        for number in range(10)
    }

    def once() -> float:
        begun = time.process_time()
        plan({}, words, names, shipped_precedence(), "server", NOW)
        return time.process_time() - begun

    assert min(once() for _ in range(30)) < 0.002
