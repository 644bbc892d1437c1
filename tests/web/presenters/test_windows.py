"""Windows on the reader's clock."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.web.presenters.readers import reader
from web.presenters.windows import SkippedTime, field_of, moment_of, window_text


def test_a_form_speaks_the_readers_clock() -> None:
    moment = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
    assert field_of(moment, reader()) == "2026-11-23T22:30"
    assert moment_of("2026-11-23T22:30", reader()) == moment
    assert moment_of("2026-11-23T22:30:59", reader()) == moment


def test_an_empty_field_is_no_moment() -> None:
    assert field_of(None, reader()) == ""
    assert moment_of("  ", reader()) is None


@pytest.mark.parametrize("field", ["soon", "2026-13-01T00:00", "23.11.2026 22:30"])
def test_what_is_no_moment_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=r"time data|month"):
        moment_of(field, reader())


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((23, 21), (23, 22), "23 Nov 22:00 \N{EN DASH} 23:00 · 1h"),
        ((23, 21), (24, 1), "23 Nov 22:00 \N{EN DASH} 24 Nov 02:00 · 4h"),
    ],
)
def test_a_window_is_told_with_its_length(
    start: tuple[int, int], end: tuple[int, int], said: str
) -> None:
    change = SimpleNamespace(
        window_start=datetime(2026, 11, *start, tzinfo=UTC),
        window_end=datetime(2026, 11, *end, tzinfo=UTC),
    )
    assert window_text(change, reader()) == said


def test_half_a_window_is_none() -> None:
    change = SimpleNamespace(window_start=datetime(2026, 1, 1, tzinfo=UTC), window_end=None)
    assert window_text(change, reader()) == ""


def test_a_window_over_the_night_in_which_the_clocks_change_is_as_long_as_it_really_is() -> None:
    start, end = (moment_of(text, reader()) for text in ("2026-03-28T23:00", "2026-03-29T05:00"))
    assert start is not None
    assert end is not None
    assert end - start == timedelta(hours=5)
    back, until = (moment_of(text, reader()) for text in ("2026-10-24T23:00", "2026-10-25T05:00"))
    assert back is not None
    assert until is not None
    assert until - back == timedelta(hours=7)


def test_a_time_that_the_clocks_skip_is_refused_and_one_they_pass_twice_is_the_first() -> None:
    with pytest.raises(SkippedTime):
        moment_of("2026-03-29T02:30", reader())
    assert moment_of("2026-10-25T02:30", reader()) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
