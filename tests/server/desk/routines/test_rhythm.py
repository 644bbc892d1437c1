"""When something that comes again is due, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.routines.rules.macros import Macro, document_of, faults_of, macro_of
from server.desk.routines.rules.rhythm import RHYTHMS, next_due

FIRST = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "every", "after", "due"),
    [
        ("day", 1, FIRST, "2026-02-01T08:00"),
        ("day", 3, FIRST + timedelta(days=3), "2026-02-06T08:00"),
        ("week", 2, FIRST, "2026-02-14T08:00"),
        ("month", 1, FIRST, "2026-02-28T08:00"),
        ("month", 1, FIRST + timedelta(days=40), "2026-03-31T07:00"),
        ("month", 3, FIRST, "2026-04-30T07:00"),
        ("year", 1, FIRST + timedelta(days=1000), "2029-01-31T08:00"),
        ("month", 1, FIRST - timedelta(days=3), "2026-01-31T08:00"),
    ],
)
def test_the_hour_stays_on_the_wall_and_the_end_of_a_month_its_end(
    rhythm: str, every: int, after: datetime, due: str
) -> None:
    """In Berlin the clocks go forward on 29 March: nine stays nine, which is seven in UTC."""
    found = next_due(FIRST, rhythm, every, "Europe/Berlin", after)
    assert found.isoformat().startswith(due)


@given(
    st.sampled_from(RHYTHMS),
    st.integers(1, 366),
    st.sampled_from(["UTC", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu"]),
    st.integers(0, 60 * 24 * 4000),
)
def test_the_next_time_is_later_than_now_and_none_lies_between(
    rhythm: str, every: int, zone: str, minutes: int
) -> None:
    now = FIRST + timedelta(minutes=minutes)
    due = next_due(FIRST, rhythm, every, zone, now)
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[rhythm] * every
    assert now < due <= now + timedelta(days=longest, hours=2)
    assert next_due(FIRST, rhythm, every, zone, due - timedelta(seconds=1)) == due


def test_a_macro_does_something_and_is_read_back_as_it_was_written() -> None:
    macro = Macro("Mine", urgency="high", assign="me")
    assert macro_of(document_of(macro)) == macro
    assert macro.edits(7) == {"urgency": "high", "assignee_id": 7}
    assert faults_of(macro) == {}
    assert set(faults_of(Macro("", note_kind="loud", assign="you"))) == {
        "name",
        "note_kind",
        "assign",
        "note",
    }
