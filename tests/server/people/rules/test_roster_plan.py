from collections.abc import Mapping

import pytest

from server.people.rules.roster_lines import Line
from server.people.rules.roster_plan import KnownPerson, RosterPlan, StoredWord, plan_roster


def _line(key: str, *, gone: bool = False, **said: str) -> Line:
    return Line(1, key, {"employee_number": key, "display_name": key, **said}, gone=gone)


def _plan(
    *lines: Line,
    stored: Mapping[str, StoredWord] | None = None,
    known: tuple[KnownPerson, ...] = (),
    complete: bool = False,
    creates: bool = True,
) -> RosterPlan:
    return plan_roster(list(lines), stored or {}, known, complete=complete, creates=creates)


def _stored(count: int) -> dict[str, StoredWord]:
    return {
        str(number): StoredWord(number, str(number), _line(str(number)).digest, False, True)
        for number in range(count)
    }


def test_a_line_is_about_whom_the_number_names_and_else_about_whom_the_address_names() -> None:
    known = (KnownPerson(7, "17", "x@x"), KnownPerson(8, "", "ada@x"))
    plan = _plan(_line("17", email="ada@x"), _line("18", email="Ada@X"), known=known)
    assert [(one, line.key) for one, line in plan.joined] == [(7, "17"), (8, "18")]
    assert plan.new == []
    assert plan.people == {"17": 7, "18": 8}


def test_where_two_people_fit_nobody_is_taken() -> None:
    known = (KnownPerson(7, "", "ada@x"), KnownPerson(8, "", "ada@x"))
    plan = _plan(_line("17", email="ada@x"), known=known)
    assert (plan.joined, plan.new) == ([], [])
    assert plan.conflicts == ["line 1: 2 people have that number or address"]


def test_nobody_is_taken_twice() -> None:
    known = (KnownPerson(7, "", "ada@x"),)
    plan = _plan(_line("17", email="ada@x"), _line("18", email="ada@x"), known=known)
    assert [one for one, _ in plan.joined] == [7]
    assert plan.conflicts == ["line 1: another line is about the person with that address"]


def test_an_unchanged_line_is_nothing_to_write() -> None:
    plan = _plan(_line("0"), stored=_stored(1), complete=True)
    assert (plan.new, plan.joined, plan.changed, plan.missing) == ([], [], [], [])


def test_who_is_missing_has_left_only_where_a_delivery_holds_everybody() -> None:
    assert _plan(_line("0"), stored=_stored(2)).missing == []
    assert [word.person_id for word in _plan(_line("0"), stored=_stored(2), complete=True).missing]


@pytest.mark.parametrize(("kept", "doubtful"), [(97, False), (94, True), (0, True)])
def test_many_who_would_be_disabled_wait_for_somebodys_word(kept: int, *, doubtful: bool) -> None:
    lines = [_line(str(number), gone=number >= kept) for number in range(100)]
    plan = _plan(*lines, stored=_stored(100))
    assert len(plan.leaving) == 100 - kept
    assert bool(plan.doubt) == doubtful


def test_a_list_that_joins_only_writes_nobody_down() -> None:
    plan = _plan(_line("5"), creates=False)
    assert plan.new == []
    assert plan.conflicts == ["line 1: nobody of that number or address is known"]


def test_somebody_nobody_knew_who_has_left_is_not_written_down() -> None:
    plan = _plan(_line("5", gone=True))
    assert (plan.new, plan.conflicts) == ([], [])
