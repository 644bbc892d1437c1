from datetime import UTC, date, datetime, timedelta

import pytest

from tests.web.presenters.readers import NOW, reader
from web.presenters.times import (
    day,
    duration,
    exact_time,
    iso_utc,
    relative_time,
    short_time,
)

DAY = 86_400


# The same rows stand in tests/web/static/times.test.mjs: server and browser say the same words.
@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [
        ("en", 10, "just now"),
        ("en", 250, "4 min ago"),
        ("en", 5000, "1 hr ago"),
        ("en", 3 * DAY, "3 days ago"),
        ("en", 40 * DAY, "5 wk ago"),
        ("en", 90 * DAY, "3 months ago"),
        ("en", 900 * DAY, "2 years ago"),
        ("en", -5000, "in 1 hr"),
        ("es", 250, "hace 4 min"),
        ("es", 90 * DAY, "hace 3 meses"),
        ("ru", 250, "4 мин. назад"),
        ("ru", 90 * DAY, "3 месяца назад"),
    ],
)
def test_a_moment_is_told_by_its_distance(language: str, seconds: int, words: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert relative_time(moment, reader(language)) == words


def test_the_exact_moment_stands_in_the_readers_zone_and_names_it() -> None:
    assert exact_time(NOW, reader("en")) == "21 Nov 2026, 20:40:00 CET"
    assert exact_time(NOW, reader("en", "Asia/Tokyo")) == "22 Nov 2026, 04:40:00 JST"


def test_an_end_that_never_comes_is_told_in_every_zone() -> None:
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert exact_time(never, reader("en")) == "31 Dec 9999, 23:59:59 UTC"
    assert short_time(never, reader("en", "Asia/Tokyo")) == "31 Dec 9999 23:59"
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert exact_time(first, reader("en", "America/New_York")) == "1 Jan 1, 00:00:00 UTC"


def test_summer_time_is_the_zones_own() -> None:
    july = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert exact_time(july, reader("es")) == "1 jul 2026, 14:00:00 CEST"


def test_today_shows_the_clock_alone_and_another_day_its_date() -> None:
    assert short_time(NOW, reader()) == "20:40"
    assert short_time(NOW - timedelta(days=2), reader()) == "19 Nov 20:40"


def test_midnight_is_that_of_the_reader() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert short_time(late, reader("en", "Europe/Madrid")) == "00:30"
    assert short_time(late, reader("en", "UTC")) == "20 Nov 23:30"


def test_a_day_of_another_year_carries_the_year() -> None:
    assert day(date(2026, 3, 5), reader()) == "5 Mar"
    assert day(date(2024, 1, 3), reader()) == "3 Jan 2024"
    assert day(datetime(2026, 3, 4, 23, 30, tzinfo=UTC), reader()) == "5 Mar"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (45, "45s"),
        (4325, "1h 12m"),
        (3600, "1h"),
        (90_000, "1d 1h"),
        (-90, "-1m 30s"),
        (0.4, "0s"),
    ],
)
def test_a_length_of_time_takes_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds, reader()) == words


def test_a_length_of_time_has_units_in_every_language() -> None:
    assert duration(4325, reader("es")) == "1h 12min"
    assert duration(4325, reader("ru")) == "1 ч 12 мин"


def test_machines_read_utc() -> None:
    assert iso_utc(NOW.astimezone(reader().zone)) == "2026-11-21T19:40:00Z"


def test_a_moment_without_a_zone_is_refused_rather_than_guessed() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        relative_time(NOW.replace(tzinfo=None), reader())
