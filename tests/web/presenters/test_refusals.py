import pytest

from tests.web.presenters.readers import reader
from web.presenters.faults import fault_text


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("Missing data for required field.", "Please fill this in."),
        ("Longer than maximum length 200.", "At most 200 characters fit."),
        ("must have at least 12 characters", "At least 12 characters, please."),
        ("must be from 1 to 365", "This takes a number from 1 to 365."),
        ("comes from the directory company", "This comes from the directory company."),
        ("there is no such person", "This does not exist any more, or you may not see it."),
        ("expected a whole number, got 'a'", "This must be a whole number."),
        ("expected at most 4, got 9", "At most 4."),
        ("expected one of a, b; got 'c'", "Choose one of the list."),
        ("a log-in named 'ada' exists already", "The name 'ada' is taken."),
        (
            "privacy needs authentication (RFC 3414)",
            "SNMPv3 takes protocol and key together, of 8 characters or more.",
        ),
        (
            "the privacy key is shorter than 8 characters (RFC 3414, section 11.2)",
            "SNMPv3 takes protocol and key together, of 8 characters or more.",
        ),
        ("3 items in use depend on it; end those relations first",
         "Items in use depend on it: 3. End those relations first."),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_the_reader_s_words(fault: str, told: str) -> None:
    assert fault_text(fault, reader()) == told


def test_a_fault_nobody_translated_is_shown_as_it_came() -> None:
    assert (
        fault_text("the moon is in the wrong house", reader()) == "the moon is in the wrong house"
    )
