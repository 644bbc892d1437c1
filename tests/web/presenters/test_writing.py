"""Links in what people wrote: only real ones, and nothing of the text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.presenters.names import visible
from web.presenters.writing import pieces


@pytest.mark.parametrize(
    ("text", "urls", "references"),
    [
        ("see https://a.test/x?y=1.", ["https://a.test/x?y=1"], []),
        ("(http://a.test/b)", ["http://a.test/b"], []),
        ("INC-12 and CHG-3, not XINC-4 nor INC-x", [], ["INC-12", "CHG-3"]),
        ("javascript:alert(1) ftp://a.test data:text/html,x", [], []),
        ('https://a.test/"onclick=x', ["https://a.test/"], []),
    ],
)
def test_addresses_and_references_become_links(
    text: str, urls: list[str], references: list[str]
) -> None:
    found = pieces(text)
    assert [piece.url for piece in found if piece.url] == urls
    assert [piece.reference for piece in found if piece.reference] == references


@given(st.text(max_size=200))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    shown = "\n".join(visible(line) for line in text.split("\n"))
    assert "".join(piece.text for piece in pieces(text)) == shown


def test_marks_that_turn_the_reading_direction_are_shown_instead_of_obeyed() -> None:
    assert "\u202e" not in "".join(piece.text for piece in pieces("a\u202eb\nc"))
