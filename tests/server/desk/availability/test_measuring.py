"""How available a service was, decided without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.desk.availability.rules.measuring import (
    AVAILABILITY,
    LONGEST,
    MISSED,
    NEARLY,
    USED_UP,
    Seen,
    Standing,
    read_month,
    standings,
)
from server.desk.availability.rules.months import Month
from server.desk.availability.rules.spans import Span, joined, without
from server.desk.sla.rules.agreements import read_agreements, shipped_agreements
from server.desk.sla.rules.availability import AvailabilityTarget
from server.desk.sla.rules.calendars import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
ALWAYS = Calendar(BERLIN, (((0, 1440),),) * 7)
OFFICE = Calendar(BERLIN, (((9 * 60, 17 * 60),),) * 5 + ((), ()))
MARCH = Month(2026, 3)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> datetime:
    """Return a moment of 2026 on Berlin's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def stands(
    target: AvailabilityTarget, seen: Seen, now: datetime = LATER, calendar: Calendar = ALWAYS
) -> dict[str, Standing]:
    reading = read_month(calendar, MARCH.span(BERLIN), seen, now)
    return {one.measure: one for one in standings(calendar, target, reading, seen, now)}


minutes = st.integers(0, 60 * 24 * 40).map(
    lambda number: datetime(2026, 2, 25, tzinfo=UTC) + timedelta(minutes=number)
)
some_spans = st.lists(st.tuples(minutes, minutes).map(lambda two: (min(two), max(two))), max_size=6)


def covered(spans: list[Span]) -> timedelta:
    return sum((end - start for start, end in spans), timedelta())


@given(some_spans, some_spans)
def test_what_is_taken_out_of_spans_and_what_is_left_are_all_of_them(
    ours: list[Span], theirs: list[Span]
) -> None:
    spans, taken = joined(ours), joined(theirs)
    left = without(spans, taken)
    assert left == joined(left)
    both = without(spans, left)
    assert covered(left) + covered(both) == covered(spans)
    assert without(both, taken) == []
    assert without(left, taken) == left


@given(some_spans, some_spans, minutes)
def test_time_that_counts_never_exceeds_what_is_agreed(
    down: list[Span], announced: list[Span], now: datetime
) -> None:
    past = [(start, min(end, now)) for start, end in down if start < now]
    seen = Seen(joined(past), (), joined(announced))
    read = read_month(ALWAYS, MARCH.span(BERLIN), seen, now)
    assert timedelta() <= read.down <= read.passed <= read.agreed
    assert read.percent is None or 0 <= read.percent <= 100
    assert read.agreed + read.announced == timedelta(days=31) - HOUR


@pytest.mark.parametrize(
    ("month", "hours"), [(2, 28 * 24), (3, 31 * 24 - 1), (4, 30 * 24), (10, 31 * 24 + 1)]
)
def test_a_month_is_as_long_as_the_clock_change_makes_it(month: int, hours: int) -> None:
    span = Month(2026, month).span(BERLIN)
    assert read_month(ALWAYS, span, Seen(), LATER).agreed == timedelta(hours=hours)
    assert span[0] == at(1, month=month)


def test_an_hour_that_the_clock_skips_is_no_outage_and_one_it_repeats_is_two() -> None:
    spring = Seen([(at(29, 1), at(29, 4))])
    assert read_month(ALWAYS, MARCH.span(BERLIN), spring, LATER).down == 2 * HOUR
    autumn = Seen([(at(25, 1, month=10), at(25, 4, month=10))])
    span = Month(2026, 10).span(BERLIN)
    assert read_month(ALWAYS, span, autumn, LATER).down == 4 * HOUR


def test_only_the_hours_that_were_agreed_count() -> None:
    # From Friday at four in the afternoon until Monday at ten.
    seen = Seen([(at(6, 16), at(9, 10))])
    read = read_month(OFFICE, MARCH.span(BERLIN), seen, LATER)
    assert read.agreed == timedelta(hours=22 * 8)
    assert (read.down, read.longest) == (2 * HOUR, 2 * HOUR)
    assert read.percent == pytest.approx(100 * (1 - 2 / 176))


def test_announced_maintenance_is_taken_out_of_outages_and_of_what_is_agreed() -> None:
    seen = Seen([(at(10, 21), at(11, 1))], (), [(at(10, 22), at(11, 0)), (at(30, 22), at(31, 0))])
    read = read_month(ALWAYS, MARCH.span(BERLIN), seen, at(15))
    assert (read.down, read.excused, read.announced) == (2 * HOUR, 2 * HOUR, 4 * HOUR)
    assert read.agreed == timedelta(hours=743 - 4)
    # What is announced and still to come is over neither.
    assert read.passed == timedelta(days=14) - 2 * HOUR
    # One outage is one, whatever was announced in its middle.
    assert read.longest == 2 * HOUR


def test_degraded_is_told_and_is_no_outage() -> None:
    seen = Seen([(at(2, 10), at(2, 11))], [(at(2, 9), at(2, 12))])
    read = read_month(ALWAYS, MARCH.span(BERLIN), seen, LATER)
    assert (read.down, read.degraded) == (HOUR, 2 * HOUR)


def test_an_outage_over_the_end_of_a_month_counts_in_each_for_its_part_and_is_one() -> None:
    seen = Seen([(at(28, 23, month=2), at(1, 2))])
    march = read_month(ALWAYS, MARCH.span(BERLIN), seen, LATER)
    assert (march.down, march.longest) == (2 * HOUR, 3 * HOUR)
    february = read_month(ALWAYS, Month(2026, 2).span(BERLIN), seen, LATER)
    assert (february.down, february.longest) == (HOUR, HOUR)


def test_levels_are_reached_at_the_moment_at_which_so_much_was_used_up() -> None:
    # 99 percent of 743 hours leave 445.8 minutes.
    target = AvailabilityTarget("always", 99.0)
    first = (at(2), at(2, 3))
    found = stands(target, Seen([first]))[AVAILABILITY]
    assert found.allowed == timedelta(minutes=445.8)
    assert (found.state, found.level, found.left) == ("fine", 0, timedelta(minutes=265.8))
    second = (at(3), at(3, 3))
    found = stands(target, Seen([first, second]))[AVAILABILITY]
    assert (found.state, found.level) == ("at_risk", NEARLY)
    assert found.reached_at == at(3) + timedelta(minutes=445.8 * 0.75 - 180)
    found = stands(target, Seen([first, second, (at(4), at(4, 3))]))[AVAILABILITY]
    assert (found.state, found.level, found.left) == ("missed", MISSED, timedelta())
    assert found.reached_at == at(4) + timedelta(minutes=85.8)


def test_all_that_is_allowed_may_be_used_up_and_not_a_second_more() -> None:
    target = AvailabilityTarget("always", None, 60)
    exactly = stands(target, Seen([(at(2, 9), at(2, 10))]))[LONGEST]
    assert (exactly.state, exactly.level, exactly.reached_at) == ("at_risk", USED_UP, at(2, 10))
    more = Seen([(at(2, 9), at(2, 10) + timedelta(seconds=1))])
    assert stands(target, more)[LONGEST].state == "missed"
    # Two outages are not one.
    apart = Seen([(at(2, 9), at(2, 10)), (at(2, 11), at(2, 12))])
    assert stands(target, apart)[LONGEST].state == "at_risk"


def test_where_nothing_is_allowed_the_first_moment_is_a_miss() -> None:
    target = AvailabilityTarget("always", 100.0)
    assert stands(target, Seen())[AVAILABILITY].state == "fine"
    found = stands(target, Seen([(at(5, 9), at(5, 9, 1))]))[AVAILABILITY]
    assert (found.state, found.reached_at) == ("missed", at(5, 9))
    weekend = stands(target, Seen([(at(7, 9), at(7, 10))]), calendar=OFFICE)[AVAILABILITY]
    assert weekend.state == "fine"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"calendar": "moon", "percent": 99}, "calendar"),
        ({"calendar": "always"}, "percent"),
        ({"calendar": "always", "percent": 100.5}, "percent"),
        ({"calendar": "always", "percent": True}, "percent"),
        ({"calendar": "always", "percent": float("nan")}, "percent"),
        ({"calendar": "always", "longest_minutes": 0}, "longest_minutes"),
        ({"calendar": "always", "percent": 99, "tier": 10}, "tier"),
        ({"calendar": "always", "percent": 99, "services": ["7"]}, "services"),
        ({"calendar": "always", "percent": 99, "hours": 3}, "hours"),
    ],
)
def test_what_is_wrong_with_a_target_is_named(wrong: dict[str, object], place: str) -> None:
    document = dict(shipped_agreements()) | {"availability": [wrong]}
    with pytest.raises(InvalidValue) as refused:
        read_agreements(document)
    assert set(refused.value.fields) == {f"availability.0.{place}"}
