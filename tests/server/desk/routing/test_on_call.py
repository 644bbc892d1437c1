"""Who is on call: turns, days that others take, shifts, and the two days without 24 hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.routing.rules.on_call import (
    SHIFT,
    STAND_IN,
    TURN,
    Duty,
    OnCall,
    StandIn,
    begins_on,
    day_of,
    on_call,
    overlaps,
    spells,
)
from tests.server.desk.routing.test_shifts import NIGHT, rota

ANA, BEN, EVA = 1, 2, 3
MADRID = ZoneInfo("Europe/Madrid")
#: Monday, 23 March 2026: the clocks of Madrid go forward on the 29th.
MARCH = Duty(MADRID, date(2026, 3, 23), people=(ANA, BEN), able=frozenset((ANA, BEN, EVA)))
OCTOBER = replace(MARCH, since=date(2026, 10, 19))


def madrid(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID).astimezone(UTC)


def who(duty: Duty, now: datetime) -> list[tuple[int, str]]:
    return [(one.person_id, one.reason) for one in on_call(duty, now)]


@pytest.mark.parametrize(
    ("duty", "monday", "hours"),
    [(MARCH, (3, 30), 167), (OCTOBER, (10, 26), 169)],
)
def test_a_week_ends_at_the_hour_of_its_place_also_when_the_clocks_change(
    duty: Duty, monday: tuple[int, int], hours: int
) -> None:
    begins, ends = begins_on(duty, duty.since), madrid(*monday, 8)
    assert ends - begins == timedelta(hours=hours)
    assert on_call(duty, begins) == [OnCall(ANA, TURN, ends)]
    assert who(duty, ends - timedelta(microseconds=1)) == [(ANA, TURN)]
    assert on_call(duty, ends) == [OnCall(BEN, TURN, ends + timedelta(days=7))]
    assert who(duty, ends + timedelta(days=7)) == [(ANA, TURN)]


def test_before_the_first_turn_and_without_people_nobody_is_on_call() -> None:
    assert on_call(MARCH, madrid(3, 23, 7, 59)) == []
    assert on_call(replace(MARCH, people=()), madrid(3, 24, 9)) == []
    assert on_call(replace(MARCH, able=frozenset()), madrid(3, 24, 9)) == []


def test_who_is_alone_has_no_end_and_who_has_left_is_replaced_by_the_next() -> None:
    alone = replace(MARCH, people=(ANA,))
    assert on_call(alone, madrid(3, 24, 9)) == [OnCall(ANA, TURN, None)]
    three = replace(MARCH, people=(ANA, BEN, EVA), able=frozenset((ANA, EVA)))
    assert who(three, madrid(3, 31, 9)) == [(EVA, TURN)]
    assert who(three, madrid(4, 7, 9)) == [(EVA, TURN)]
    assert on_call(three, madrid(3, 31, 9))[0].until == madrid(4, 13, 8)


def test_whoever_stands_in_has_the_day_from_one_hand_over_to_the_next() -> None:
    sunday = date(2026, 3, 29)
    duty = replace(MARCH, stand_ins=(StandIn(EVA, sunday, sunday),))
    assert on_call(duty, madrid(3, 28, 12)) == [OnCall(ANA, TURN, madrid(3, 29, 8))]
    assert on_call(duty, madrid(3, 29, 8)) == [OnCall(EVA, STAND_IN, madrid(3, 30, 8))]
    assert who(duty, madrid(3, 30, 7, 59)) == [(EVA, STAND_IN)]
    assert who(duty, madrid(3, 30, 8)) == [(BEN, TURN)]
    gone = replace(duty, able=frozenset((ANA, BEN)))
    assert who(gone, madrid(3, 29, 9)) == [(ANA, TURN)]
    assert overlaps(StandIn(BEN, date(2026, 3, 20), sunday), duty.stand_ins)
    assert not overlaps(StandIn(BEN, date(2026, 3, 30), date(2026, 4, 2)), duty.stand_ins)


def test_a_shift_counts_in_its_hours_and_gives_way_to_who_stands_in() -> None:
    nights = rota(NIGHT, 1, (EVA, []))
    duty = replace(MARCH, shifts=(nights,))
    assert who(duty, madrid(3, 24, 21, 59)) == [(ANA, TURN)]
    midnight = on_call(duty, madrid(3, 24, 23))
    assert midnight == [
        OnCall(ANA, TURN, madrid(3, 30, 8)),
        OnCall(EVA, SHIFT, madrid(3, 25, 6)),
    ]
    # The night in which an hour is missing ends at six all the same.
    assert on_call(duty, madrid(3, 28, 23))[1].until == madrid(3, 29, 6)
    # Ben's day is not over when Eva's night is.
    day = date(2026, 3, 24)
    covered = replace(duty, stand_ins=(StandIn(BEN, day, day),))
    assert on_call(covered, madrid(3, 24, 23)) == [OnCall(BEN, STAND_IN, madrid(3, 25, 8))]


def test_the_turns_to_come_are_told_with_those_who_stand_in() -> None:
    wednesday = date(2026, 3, 25)
    duty = replace(MARCH, stand_ins=(StandIn(EVA, wednesday, wednesday),))
    told = [
        (one.person_id, one.begins_at, one.ends_at) for one in spells(duty, madrid(3, 24, 9), 4)
    ]
    assert told == [
        (ANA, madrid(3, 24, 8), madrid(3, 25, 8)),
        (EVA, madrid(3, 25, 8), madrid(3, 26, 8)),
        (ANA, madrid(3, 26, 8), madrid(3, 30, 8)),
        (BEN, madrid(3, 30, 8), madrid(4, 6, 8)),
    ]
    assert spells(replace(MARCH, since=date.max), madrid(3, 24, 9)) == []


_ZONES = ("Europe/Madrid", "America/Havana", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia")


@given(
    zone=st.sampled_from(_ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    days=st.integers(1, 9),
    people=st.lists(st.sampled_from((ANA, BEN, EVA)), min_size=1, max_size=4),
    seconds=st.integers(0, 3 * 365 * 86_400),
)
def test_at_every_moment_one_has_the_turn_and_has_it_until_the_told_end(
    zone: str, minute: int, days: int, people: list[int], seconds: int
) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    everybody = frozenset((ANA, BEN, EVA))
    duty = Duty(ZoneInfo(zone), date(2023, 1, 2), minute, days, tuple(people), able=everybody)
    day = day_of(duty, now)
    assert begins_on(duty, day) <= now < begins_on(duty, day + timedelta(days=1))
    (one,) = on_call(duty, now)
    if one.until is None:
        assert set(people) == {one.person_id} or days > 7
        return
    assert one.until > now
    assert who(duty, one.until - timedelta(microseconds=1)) == [(one.person_id, TURN)]
    assert who(duty, one.until) != [(one.person_id, TURN)]
