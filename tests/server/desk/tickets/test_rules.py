"""Moves, priority and suspects, decided without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.impact.values import State
from cmdb.errors import InvalidValue
from server.desk.tickets.rules.lifecycle import plan_move
from server.desk.tickets.rules.priority import Reached, priority_of, suggest_impact
from server.desk.tickets.rules.suspects import WINDOW, Clue, rank_suspects
from server.desk.tickets.rules.words import read_words, shipped_document, shipped_words
from server.foundation.errors import IllegalMove

WORDS = shipped_words()
FAILED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SERVICES = st.lists(
    st.builds(
        Reached,
        st.none() | st.integers(0, 4),
        st.sampled_from([State.DOWN, State.DEGRADED, State.AT_RISK]),
    )
)


def test_every_word_speaks_three_languages() -> None:
    labels = [kind.labels for kind in WORDS.kinds.values()]
    labels += [state.labels for state in WORDS.states.values()]
    for words in (WORDS.urgencies, WORDS.impacts, WORDS.channels, WORDS.resolutions):
        labels += words.values()
    labels += [one.labels for one in WORDS.categories.values()]
    labels += [one.labels for one in WORDS.fields.values()]
    labels += [label for field in WORDS.fields.values() for label in field.choices.values()]
    labels += WORDS.priorities.values()
    assert all(set(one) == {"en", "es", "ru"} for one in labels)


def test_every_state_can_be_reached_and_only_final_ones_have_no_way_on() -> None:
    ends = {move.end for move in WORDS.moves} | {WORDS.first_state}
    # Nobody steps there: handing a ticket over leads to it.
    assert WORDS.handover_state is not None
    ends |= {WORDS.handover_state.code}
    assert ends == set(WORDS.states)
    stuck = {state for state in WORDS.states if not WORDS.moves_from("incident", state)}
    assert stuck == {"closed", "cancelled"}


def test_words_that_contradict_each_other_are_refused() -> None:
    label = {"en": "x"}
    data = {
        "kinds": {},
        "states": {"new": {"labels": label}},
        "moves": [{"from": ["new"], "to": "lost"}],
        "urgencies": {},
        "impacts": {},
        "matrix": {},
        "priorities": {},
        "channels": {},
        "resolutions": {},
        "categories": {},
    }
    with pytest.raises(InvalidValue) as refused:
        read_words(data)
    assert "lost is not one of new" in refused.value.fields["moves.0.to"]


@pytest.mark.parametrize("name", ["answered", "taken_up"])
@pytest.mark.parametrize("target", ["waiting", "lost", ["new"]])
def test_an_answer_leads_to_another_state(name: str, target: object) -> None:
    shipped = dict(shipped_document())
    waiting = shipped["states"]["waiting"] | {name: target}
    with pytest.raises(InvalidValue) as refused:
        read_words(shipped | {"states": shipped["states"] | {"waiting": waiting}})
    assert refused.value.fields.keys() == {f"states.waiting.{name}"}


def test_an_illegal_move_names_both_states() -> None:
    with pytest.raises(IllegalMove, match="'closed' cannot become 'new'"):
        plan_move(WORDS, "incident", "closed", "new", {})


def test_a_move_names_every_field_it_lacks() -> None:
    with pytest.raises(InvalidValue) as refused:
        plan_move(WORDS, "incident", "new", "resolved", {"resolution_code": " "})
    assert set(refused.value.fields) == {"resolution_code", "resolution_text"}
    with pytest.raises(InvalidValue, match="must be one of"):
        plan_move(WORDS, "incident", "new", "nowhere", {})


@pytest.mark.parametrize(
    ("services", "failed", "people", "impact"),
    [
        ([], [], 0, "minor"),
        ([], [None], 0, "minor"),
        ([], [0], 0, "significant"),
        ([Reached(0, State.DOWN)], [None], 0, "extensive"),
        ([Reached(0, State.DEGRADED)], [], 0, "significant"),
        ([Reached(1, State.AT_RISK)], [], 0, "minor"),
        ([Reached(2, State.DOWN), Reached(None, State.DOWN)], [], 0, "moderate"),
        ([], [], 100, "significant"),
        ([], [], 5000, "extensive"),
    ],
)
def test_the_graph_suggests_an_impact(
    services: list[Reached], failed: list[int | None], people: int, impact: str
) -> None:
    assert suggest_impact(WORDS, services, failed, people) == impact


@given(services=SERVICES, more=SERVICES)
def test_more_services_never_make_an_impact_smaller(
    services: list[Reached], more: list[Reached]
) -> None:
    order = list(WORDS.impacts)
    before = order.index(suggest_impact(WORDS, services))
    assert order.index(suggest_impact(WORDS, services + more)) <= before


def test_more_urgency_or_impact_never_makes_a_priority_less_pressing() -> None:
    table = [
        [priority_of(WORDS, urgency, impact) for urgency in WORDS.urgencies]
        for impact in WORDS.impacts
    ]
    assert all(row == sorted(row) for row in table)
    assert all(list(column) == sorted(column) for column in zip(*table, strict=True))


def clue(item_id: int, hours_before: float, kind: str = "changed") -> Clue[str]:
    at = FAILED_AT - timedelta(hours=hours_before)
    return Clue(item_id, at, kind, f"{item_id}@{hours_before}")


def test_nearer_and_fresher_is_more_suspicious() -> None:
    clues = [clue(1, 10), clue(1, 2), clue(2, 2), clue(3, 2)]
    ranked = rank_suspects(clues, {1: 0, 2: 1, 3: 4}, FAILED_AT)
    assert [suspect.clue.source for suspect in ranked] == ["1@2", "2@2", "1@10", "3@2"]


def test_what_came_after_long_before_or_elsewhere_is_no_suspect() -> None:
    hours = WINDOW.total_seconds() / 3600
    clues = [clue(1, -0.1), clue(1, hours + 0.1), clue(9, 1), clue(1, hours)]
    ranked = rank_suspects(clues, {1: 0}, FAILED_AT)
    assert [suspect.clue.source for suspect in ranked] == [f"1@{hours}"]


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 72)), max_size=30))
def test_a_score_lies_between_nothing_and_certainty(found: list[tuple[int, float]]) -> None:
    clues = [clue(hops, before) for hops, before in found]
    ranked = rank_suspects(clues, {hops: hops for hops in range(7)}, FAILED_AT, limit=30)
    assert all(0 <= suspect.score <= 1 for suspect in ranked)
    assert [one.score for one in ranked] == sorted((s.score for s in ranked), reverse=True)
