"""How often something is up, as a reader of each language sees it."""

import pytest

from tests.web.presenters.readers import reader
from web.presenters.outages import hours_text, percent_text, share_text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.999954, "99.9954 %"), (0.98765, "98.8 %"), (0.5, "50 %")],
)
def test_a_share_of_time_keeps_its_nines(share: float, text: str) -> None:
    assert share_text(share, reader("en")) == text


@pytest.mark.parametrize(
    ("language", "hours", "text"),
    [
        ("en", 72.0, "3 days"),
        ("en", 30.0, "30 hr"),
        ("es", 5.25, "5,2 h"),
        ("ru", 0.5, "30 мин"),
        ("en", 0.001, "3.6 sec"),
    ],
)
def test_time_is_told_in_the_unit_that_suits_it(language: str, hours: float, text: str) -> None:
    assert hours_text(hours, reader(language)).replace("\xa0", " ") == text


def test_what_is_hardly_anything_is_not_nothing() -> None:
    assert percent_text(0.004, reader("en")) == "< 1 %"
    assert percent_text(0.0, reader("en")) == "0 %"
    assert percent_text(0.555, reader("en")) == "56 %"
