"""Risk, digest, approvers and moves of changes, decided without a database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cmdb.engine.impact.values import State
from cmdb.errors import InvalidValue
from server.desk.changes.rules.approval import Claim, Party, resolve_approvers, standing_of
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
def test_everybody_must_agree(decisions: list[str], standing: str) -> None:
    assert standing_of(decisions) == standing


def test_risk_grows_with_what_suffers_and_each_point_is_explained() -> None:
    mild = RiskFacts(services=[(0, State.AT_RISK)], has_test_plan=True, has_back_out_plan=True)
    bad = RiskFacts(services=[(0, State.DOWN)], has_test_plan=True, has_back_out_plan=True)
    assert risk_of(risk_points(mild)) < risk_of(risk_points(bad))
    assert [point.code for point in risk_points(bad)] == ["service_down"]
    worst = RiskFacts("emergency", 500, [(0, State.DOWN)] * 50, 100_000)
    assert risk_of(risk_points(worst)) == HIGHEST
    harmless = RiskFacts(items=1, has_test_plan=True, has_back_out_plan=True)
    assert risk_points(harmless) == []
