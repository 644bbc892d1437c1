import pytest

from tests.web.presenters.readers import reader
from web.presenters.sizes import bit_rate, byte_size, count, exact_bytes, number, percentage


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1 KiB"),
        (1024**2 - 1, "1 MiB"),
        (16_777_216 * 999, "15.6 GiB"),
        (3.5 * 1024**4, "3.5 TiB"),
        (1024**7, "1,024 EiB"),
        (-2048, "-2 KiB"),
    ],
)
def test_a_size_takes_the_largest_unit_that_leaves_one(size: float, words: str) -> None:
    assert byte_size(size, reader()) == words


def test_a_size_is_written_as_the_readers_language_writes_numbers() -> None:
    assert byte_size(16_777_216 * 999, reader("es")) == "15,6 GiB"
    assert exact_bytes(16_777_216, reader("en")) == "16,777,216 B"


def test_a_link_speed_counts_in_thousands() -> None:
    assert bit_rate(10**10, reader()) == "10 Gbit/s"
    assert bit_rate(2_500_000_000, reader()) == "2.5 Gbit/s"


def test_counting_stops_at_ten_thousand() -> None:
    assert count(10_000, reader()) == "10,000"
    assert count(10_001, reader()) == "more than 10,000"


def test_shares_and_numbers_follow_the_language() -> None:
    assert percentage(0.932, reader()) == "93%"
    assert number(1234.5, reader("ru")).replace("\N{NO-BREAK SPACE}", " ") == "1 234,5"
