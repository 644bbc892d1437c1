"""Who works when: weeks, rotas, nights, days off, and the two days of a year without 24 hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.desk.routing.rules.shifts import (
    Rota,
    ShiftDraft,
    begins_at,
    calendar_document,
    check_shift,
    ends_at,
    has_ended,
    on_shift,
)
from server.desk.sla.rules.agreements import read_calendar

ANA, BEN = 1, 2
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DAY = {key: ["08:00-16:00"] for key in WEEKDAYS}
NIGHT = {day: ["00:00-06:00", "22:00-24:00"] for day in (*WEEKDAYS, "sat", "sun")}


def rota(hours: dict[str, list[str]], weeks: int = 1, *members: tuple[int, list[int]]) -> Rota:
    draft = ShiftDraft("A", "Europe/Madrid", hours, (), weeks, date(2026, 3, 2), members)
    turns = check_shift(draft)
    return Rota(
        read_calendar(calendar_document(draft), "", {}), turns, weeks, draft.since or date.min
    )


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """Return a moment of 2026 in Madrid's winter time."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def test_somebody_works_in_the_hours_of_their_place() -> None:
    days = [rota(DAY, 1, (ANA, []))]
    assert on_shift(days, ANA, at(2, 8))
    assert not on_shift(days, ANA, at(2, 7, 59))
    assert not on_shift(days, ANA, at(2, 16))
    assert not on_shift(days, ANA, at(7, 9))
    assert not on_shift(days, BEN, at(2, 9))
    assert ends_at(days, ANA, at(2, 9)) == at(2, 16)
    assert ends_at(days, ANA, at(2, 17)) is None
    assert begins_at(days, ANA, at(6, 17)) == at(9, 8)
    assert begins_at(days, BEN, at(6, 17)) is None


def test_a_night_shift_ends_in_the_morning_and_not_at_midnight() -> None:
    nights = [rota(NIGHT, 1, (ANA, []))]
    assert ends_at(nights, ANA, at(2, 23)) == at(3, 6)
    assert has_ended(nights, ANA, at(3, 5, 55), at(3, 6, 1))
    assert not has_ended(nights, ANA, at(2, 23, 55), at(3, 0, 5))


def test_weeks_of_a_rota_take_turns_also_before_it_began() -> None:
    two = [rota(DAY, 2, (ANA, [0]), (BEN, [1]))]
    assert (on_shift(two, ANA, at(2, 9)), on_shift(two, BEN, at(2, 9))) == (True, False)
    assert (on_shift(two, ANA, at(9, 9)), on_shift(two, BEN, at(9, 9))) == (False, True)
    assert on_shift(two, BEN, at(23, 9, month=2))
    assert begins_at(two, ANA, at(6, 17)) == at(16, 8)


def test_the_day_on_which_the_clock_is_put_forward_ends_an_hour_earlier() -> None:
    nights = [rota(NIGHT, 1, (ANA, []))]
    assert ends_at(nights, ANA, at(28, 23)) == at(29, 6) - timedelta(hours=1)


def test_who_worked_between_two_looks_and_works_no_more_has_ended() -> None:
    days = [rota(DAY, 1, (ANA, []))]
    assert has_ended(days, ANA, at(2, 15, 55), at(2, 16))
    assert not has_ended(days, ANA, at(2, 16), at(2, 16, 5))
    assert not has_ended(days, ANA, at(2, 15), at(2, 15, 59))
    # A worker that stood still through the whole shift still relieves who had it.
    assert has_ended(days, ANA, at(2, 6), at(2, 18))


@given(st.integers(0, 6 * 7 * 24 * 4), st.sampled_from([(1, [0]), (2, [0]), (3, [0, 2])]))
def test_until_a_shift_ends_one_is_on_it_and_then_no_more(
    quarter: int, weeks: tuple[int, list[int]]
) -> None:
    rotas = [rota(NIGHT, weeks[0], (ANA, weeks[1]))]
    now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
    end = ends_at(rotas, ANA, now)
    assert (end is not None) == on_shift(rotas, ANA, now)
    if end is not None:
        assert on_shift(rotas, ANA, end - timedelta(minutes=1))
        assert not on_shift(rotas, ANA, end)


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"name": ""}, {"name"}),
        ({"zone": "Mars/Base"}, {"zone"}),
        ({"weeks": 0}, {"weeks"}),
        ({"weeks": 13}, {"weeks"}),
        ({"hours": {}}, {"hours"}),
        ({"hours": {"mon": ["16:00-08:00"]}}, {"hours.mon"}),
        ({"hours": {"someday": ["08:00-16:00"]}}, {"hours.someday"}),
        ({"holidays": ("soon",)}, {"holidays"}),
        ({"members": ((ANA, [1]),)}, {"members.0.weeks"}),
    ],
)
def test_what_is_wrong_in_a_shift_is_named_by_its_place(
    changed: dict[str, object], places: set[str]
) -> None:
    sound: dict[str, object] = {"name": "Day", "zone": "Europe/Madrid", "hours": DAY}
    with pytest.raises(InvalidValue) as refused:
        check_shift(ShiftDraft(**(sound | changed)))  # type: ignore[arg-type]
    assert set(refused.value.fields) == places
