"""Whose turn it is: by round, load and skill, of who is there."""

from dataclasses import replace

import pytest

from cmdb.errors import InvalidValue
from server.desk.routing.rules.skills import levels_text, parse_levels
from server.desk.routing.rules.turns import WHYS, Candidate, Passed, Wish, choose, hindrance

THREE = [Candidate(2, 5), Candidate(4, 0), Candidate(9, 1)]


def chosen(wish: Wish, candidates: list[Candidate], last_id: int | None) -> int | None:
    choice = choose(wish, candidates, last_id)
    assert choice is not None
    return choice.person_id


def test_turns_go_round_and_skip_who_is_full_or_gone() -> None:
    in_turn = Wish("round_robin")
    assert chosen(in_turn, THREE, None) == 2
    assert chosen(in_turn, THREE, 4) == 9
    assert chosen(in_turn, THREE, 9) == 2
    assert chosen(Wish("round_robin", most_open=5), THREE, 9) == 4
    assert chosen(in_turn, [], 9) is None
    assert choose(Wish("none"), THREE, None) is None


def test_the_least_loaded_gets_it_and_the_round_decides_between_equals() -> None:
    assert chosen(Wish("least_loaded"), THREE, 4) == 4
    assert chosen(Wish("least_loaded"), [Candidate(2, 1), Candidate(9, 1)], 2) == 9


def test_the_ablest_gets_it_whatever_they_have_and_nobody_who_is_not_able() -> None:
    people = [
        Candidate(1, 0),
        Candidate(2, 9, {"sap": 5}),
        Candidate(3, 1, {"sap": 3}),
        Candidate(4, 0, {"sap": 1}),
    ]
    wish = Wish("skilled", skills={"sap": 2})
    assert chosen(wish, people, None) == 2
    assert chosen(replace(wish, mode="least_loaded"), people, None) == 3
    choice = choose(replace(wish, skills={"sap": 5, "linux": 1}), people, None)
    assert choice is not None
    assert choice.person_id is None
    assert [one.detail for one in choice.passed] == ["sap", "linux", "sap", "sap"]


@pytest.mark.parametrize(
    ("stands", "why"),
    [
        ({"absent": True}, "absent"),
        ({"on_shift": False}, "no_shift"),
        ({"availability": "away"}, "away"),
        ({"availability": "busy"}, "busy"),
        ({"seen": False}, "not_seen"),
        ({"skills": {"sap": 1}}, "skill"),
        ({"load": 3}, "full"),
    ],
)
def test_whoever_is_not_there_is_passed_over_and_it_is_said_why(
    stands: dict[str, object], why: str
) -> None:
    wish = Wish("round_robin", 3, {"sap": 2}, needs_shift=True, needs_presence=True)
    fits = Candidate(7, 0, {"sap": 2})
    assert hindrance(wish, fits) is None
    found = hindrance(wish, replace(fits, **stands))  # type: ignore[arg-type]
    assert found == Passed(7, why, "sap" if why == "skill" else "")
    assert why in WHYS


def test_shift_and_presence_count_only_where_the_group_wants_them() -> None:
    gone = Candidate(7, 0, on_shift=False, seen=False)
    assert hindrance(Wish("round_robin"), gone) is None


@pytest.mark.parametrize(
    "typed", ["sap 6", "sap 0", "sap " + "9" * 5_000, "sap3", "excel", "linux 2, excel 1"]
)
def test_what_is_no_skill_or_no_level_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_levels(typed, {"sap": "SAP", "linux": "Linux servers"})
    assert set(refused.value.fields) == {"skills"}


def test_levels_are_read_as_they_are_shown() -> None:
    known = {"sap": "SAP", "linux": "Linux servers", "s4": "S 4"}
    levels = {"linux": 3, "sap": 1, "s4": 2}
    assert parse_levels(levels_text(levels), known) == levels
    assert parse_levels("LINUX SERVERS 3; sap\n, S 4 2", known) == levels
