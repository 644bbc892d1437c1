"""Working time and clocks, decided without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.desk.sla.rules.agreements import read_agreements, shipped_agreements
from server.desk.sla.rules.calendars import Calendar, after_working, spans, working_time
from server.desk.sla.rules.clocks import (
    LEVELS,
    Stretch,
    moment_of,
    next_level,
    read_clock,
    stretches,
)
from server.desk.sla.rules.targets import Case

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAY = ((9 * 60, 17 * 60),)
OFFICE = Calendar(BERLIN, (WORKDAY,) * 5 + ((), ()))
ALWAYS = Calendar(BERLIN, (((0, 1440),),) * 7)
NIGHT = Calendar(BERLIN, (((0, 6 * 60), (22 * 60, 1440)),) * 7)
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 60 * 24 * 500).map(lambda n: BEGINNING + timedelta(minutes=n))
lengths = st.integers(0, 60 * 200).map(lambda n: timedelta(minutes=n))
calendars = st.builds(
    lambda zone, days, off: Calendar(ZoneInfo(zone), tuple(days), frozenset(off)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    st.lists(
        st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
            lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
        ),
        min_size=7,
        max_size=7,
    ),
    st.lists(st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=5),
)


@given(calendars, moments, moments, moments)
def test_working_time_adds_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    parts = working_time(calendar, first, middle) + working_time(calendar, middle, last)
    assert working_time(calendar, first, last) == parts
    assert timedelta() <= parts <= last - first
    assert working_time(calendar, last, first) == timedelta()


@given(calendars, moments, lengths)
def test_the_moment_after_so_much_work_is_the_first_of_its_kind(
    calendar: Calendar, start: datetime, much: timedelta
) -> None:
    end = after_working(calendar, start, much)
    assert end is not None
    assert working_time(calendar, start, end) == much
    if much:
        assert working_time(calendar, start, end - timedelta(seconds=1)) < much


@given(moments, lengths)
def test_around_the_clock_is_the_time_that_passes(start: datetime, much: timedelta) -> None:
    assert after_working(ALWAYS, start, much) == start + much
    assert working_time(ALWAYS, start, start + much) == much


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 8), (date(2026, 3, 29), 7), (date(2026, 10, 25), 9)]
)
def test_a_night_shift_is_as_long_as_the_clock_change_makes_it(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    end = start + timedelta(days=1)
    assert working_time(NIGHT, start, end) == timedelta(hours=hours)


def test_nobody_works_on_holidays_or_at_the_weekend() -> None:
    calendar = Calendar(
        BERLIN, OFFICE.hours, frozenset({date(2026, 12, 24)}), frozenset({(12, 25)})
    )
    wednesday = datetime(2026, 12, 23, 16, tzinfo=BERLIN)
    monday = datetime(2026, 12, 28, 10, tzinfo=BERLIN)
    assert after_working(calendar, wednesday, timedelta(hours=2)) == monday
    assert [span[0].day for span in spans(calendar, wednesday, monday)] == [23, 28]


def test_a_pause_moves_the_end_by_as_much_working_time() -> None:
    nine = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
    pause = [(nine + timedelta(hours=1), False), (nine + timedelta(hours=3), True)]
    ran = stretches(nine, pause, None)
    now = nine + timedelta(hours=4)
    reading = read_clock(OFFICE, ran, timedelta(hours=4), now)
    assert (reading.used, reading.due_at) == (timedelta(hours=2), nine + timedelta(hours=6))
    halted = read_clock(OFFICE, stretches(nine, pause[:1], None), timedelta(hours=4), now)
    assert (halted.due_at, halted.left, halted.running) == (None, timedelta(hours=3), False)


@given(calendars, moments, st.lists(moments, max_size=8), lengths, moments)
def test_a_clock_is_monotone_and_its_levels_come_in_order(
    calendar: Calendar, start: datetime, at: list[datetime], target: timedelta, now: datetime
) -> None:
    later = sorted(moment for moment in at if moment > start)
    changes = [(moment, number % 2 == 1) for number, moment in enumerate(later)]
    ran = stretches(start, changes, None)
    target += timedelta(minutes=1)
    reached = [moment_of(calendar, ran, target * level / 100) for level in LEVELS]
    known = [moment for moment in reached if moment is not None]
    assert known == sorted(known)
    assert reached[: len(known)] == known
    before = read_clock(calendar, ran, target, min(now, start))
    after = read_clock(calendar, ran, target, max(now, start))
    assert before.used <= after.used
    assert next_level(calendar, ran, target, 100) is None


def test_what_stopped_in_time_is_never_missed() -> None:
    nine = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
    ran = stretches(nine, [], nine + timedelta(hours=1))
    assert ran == [Stretch(nine, nine + timedelta(hours=1))]
    reading = read_clock(OFFICE, ran, timedelta(hours=2), nine + timedelta(days=9))
    assert (reading.breached_at, reading.due_at) == (None, None)
    late = read_clock(OFFICE, ran, timedelta(minutes=30), nine + timedelta(days=9))
    assert late.breached_at == nine + timedelta(minutes=30)


def test_the_first_target_that_fits_holds() -> None:
    agreements = read_agreements(shipped_agreements())
    urgent = agreements.target_for("resolve", Case("incident", 1, 1))
    assert urgent is not None
    assert (urgent.minutes, urgent.calendar) == (240, "always")
    assert agreements.target_for("resolve", Case("incident", 5, 1)) is None


@pytest.mark.parametrize(
    ("calendar", "place"),
    [
        ({"zone": "Mars/Base", "hours": {"mon": ["09:00-17:00"]}}, "zone"),
        ({"zone": "UTC", "hours": {}}, "hours"),
        ({"zone": "UTC", "hours": {"mon": []}}, "hours"),
        ({"zone": "UTC", "hours": {"mon": ["17:00-09:00"]}}, "hours.mon"),
        ({"zone": "UTC", "hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "hours.mon"),
        ({"zone": "UTC", "hours": {"mo": ["09:00-17:00"]}}, "hours.mo"),
        (
            {"zone": "UTC", "hours": {"mon": ["09:00-17:00"]}, "holidays": ["02-30"]},
            "holidays",
        ),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_place(
    calendar: dict[str, Any], place: str
) -> None:
    data = {"calendars": {"own": calendar | {"labels": {"en": "Own"}}}, "targets": []}
    with pytest.raises(InvalidValue) as refused:
        read_agreements(data)
    assert refused.value.fields.keys() == {f"calendars.own.{place}"}
