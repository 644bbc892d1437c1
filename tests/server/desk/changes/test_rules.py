"""Risk, digest, approvers and moves of changes, decided without a database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cmdb.engine.impact.values import State
from cmdb.errors import InvalidValue
from server.desk.changes.rules.approval import (
    Claim,
    Demand,
    Party,
    Vote,
    resolve_approvers,
    standing_of,
    unreachable,
)
from server.desk.changes.rules.digest import COVERED, digest_of
from server.desk.changes.rules.risk import HIGHEST, RiskFacts, risk_of, risk_points
from server.desk.changes.rules.words import check_move, shipped_words
from server.foundation.errors import IllegalMove

WORDS = shipped_words()
ANA, BEN, CEM = 1, 2, 3


def test_every_word_speaks_three_languages() -> None:
    labels = [*WORDS.kinds.values(), *(state.labels for state in WORDS.states.values())]
    assert all(set(one) == {"en", "es", "ru"} for one in labels)


@pytest.mark.parametrize("wanted", ["approval", "scheduled", "rejected"])
def test_nobody_moves_a_change_past_its_approval(wanted: str) -> None:
    for state in WORDS.states:
        with pytest.raises(IllegalMove):
            check_move(WORDS, state, wanted, {"reason": "x", "review": "x"})


def test_closing_asks_how_it_went() -> None:
    with pytest.raises(InvalidValue, match="review"):
        check_move(WORDS, "review", "closed", {"review": " "})


def test_any_covered_field_items_and_services_change_the_digest() -> None:
    plain = digest_of({}, frozenset({1}), {2: "down"})
    others = [digest_of({name: "x"}, frozenset({1}), {2: "down"}) for name in COVERED]
    others += [digest_of({}, frozenset({1, 3}), {2: "down"})]
    others += [digest_of({}, frozenset({1}), {2: "degraded"})]
    assert len({plain, *others}) == len(others) + 1
    assert digest_of({"title": "x"}, frozenset({1}), {2: "down"}) == plain


def test_a_window_means_the_same_in_every_time_zone() -> None:
    here = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(hours=5)))
    of_here, of_there = (digest_of({"window_start": at}, frozenset(), {}) for at in (here, there))
    assert of_here == of_there


def test_each_approver_stands_once_with_every_reason() -> None:
    claims = [
        Claim(Party(person_id=ANA), "owner", "touched", 10),
        Claim(Party(person_id=ANA), "owner", "service", 20),
        Claim(Party(group_id=7), "approver", "service", 20),
    ]
    found = resolve_approvers(claims, frozenset(), {7: {BEN}})
    assert found == {Party(person_id=ANA): claims[:2], Party(group_id=7): claims[2:]}


def test_author_and_implementer_never_count_nor_a_group_of_nobody_else() -> None:
    claims = [
        Claim(Party(person_id=ANA), "owner", "touched", 10),
        Claim(Party(group_id=7), "owner", "touched", 10),
        Claim(Party(group_id=8), "owner", "touched", 10),
        Claim(Party(group_id=9), "owner", "touched", 10),
    ]
    members = {7: {ANA, BEN}, 8: {ANA, CEM}, 9: set[int]()}
    assert list(resolve_approvers(claims, {ANA, BEN}, members)) == [Party(group_id=8)]


@pytest.mark.parametrize(
    ("decisions", "standing"),
    [
        ([], "pending"),
        (["pending", "approved"], "pending"),
        (["approved", "approved"], "approved"),
        (["approved", "pending", "rejected"], "rejected"),
    ],
)
def test_without_a_quorum_everybody_must_agree(decisions: list[str], standing: str) -> None:
    assert standing_of(map(Vote, decisions), {}) == standing


@pytest.mark.parametrize(
    ("quorum", "number", "decisions", "standing"),
    [
        ("any", 0, ["rejected", "pending", "pending"], "pending"),
        ("any", 0, ["rejected", "approved", "pending"], "approved"),
        ("any", 0, ["rejected", "rejected", "rejected"], "rejected"),
        ("at_least", 2, ["approved", "pending", "rejected"], "pending"),
        ("at_least", 2, ["approved", "rejected", "rejected"], "rejected"),
        ("at_least", 2, ["approved", "approved", "pending"], "approved"),
        ("percent", 50, ["approved", "pending", "pending"], "pending"),
        ("percent", 50, ["approved", "approved", "rejected"], "approved"),
        ("percent", 51, ["approved", "approved", "rejected", "rejected"], "rejected"),
    ],
)
def test_a_quorum_is_met_or_out_of_reach(
    quorum: str, number: int, decisions: list[str], standing: str
) -> None:
    votes = [Vote(said, who, ("board",)) for who, said in enumerate(decisions)]
    assert standing_of(votes, {"board": Demand("board", quorum, number)}) == standing


def test_a_deputy_who_answers_for_two_of_a_board_is_one_head() -> None:
    board = {"board": Demand("board", "at_least", 2)}
    both = [Vote("approved", ANA, ("board",)), Vote("approved", ANA, ("board",))]
    assert standing_of([*both, Vote("pending", None, ("board",))], board) == "pending"
    assert standing_of([*both, Vote("approved", BEN, ("board",))], board) == "approved"


def test_a_quorum_that_too_few_are_left_for_is_told_and_never_shrinks() -> None:
    asked = {Party(person_id=ANA): [Claim(Party(person_id=ANA), "rule", demand="board")]}
    board = Demand("board", "at_least", 2)
    assert unreachable([board], asked) == [(board, 1)]
    assert unreachable([Demand("board", "any"), Demand("cab", "all")], asked) == [
        (Demand("cab", "all"), 0)
    ]


def test_tasks_and_planned_differences_change_the_digest() -> None:
    plain = digest_of({}, frozenset({1}), {})
    assert digest_of({}, frozenset({1}), {}, [[["Swap", None]], []]) != plain
    assert digest_of({}, frozenset({1}), {}, []) == plain


def test_the_higher_of_rules_and_questionnaire_counts_and_history_on_top() -> None:
    answers = {"practised": "never", "way_back": "none"}
    facts = RiskFacts(has_test_plan=True, answers=answers, similar=4, similar_failed=1)
    points = risk_points(facts)
    assert {(one.code, one.points, one.source) for one in points} == {
        ("no_back_out_plan", 20, "rules"),
        ("answer_practised", 25, "answers"),
        ("answer_way_back", 35, "answers"),
        ("similar_failed", 5, "history"),
    }
    assert risk_of(points) == 65
    trusted = risk_points(RiskFacts(has_test_plan=True, has_back_out_plan=True, similar=3))
    assert (trusted[0].code, risk_of(trusted)) == ("similar_good", 0)


def test_risk_grows_with_what_suffers_and_each_point_is_explained() -> None:
    mild = RiskFacts(services=[(0, State.AT_RISK)], has_test_plan=True, has_back_out_plan=True)
    bad = RiskFacts(services=[(0, State.DOWN)], has_test_plan=True, has_back_out_plan=True)
    assert risk_of(risk_points(mild)) < risk_of(risk_points(bad))
    assert [point.code for point in risk_points(bad)] == ["service_down"]
    weakened = RiskFacts(weakened=184, has_test_plan=True, has_back_out_plan=True)
    assert [(one.code, one.points) for one in risk_points(weakened)] == [("many_weakened", 15)]
    worst = RiskFacts("emergency", 500, [(0, State.DOWN)] * 50, 100_000)
    assert risk_of(risk_points(worst)) == HIGHEST
    harmless = RiskFacts(items=1, has_test_plan=True, has_back_out_plan=True)
    assert risk_points(harmless) == []
