"""Links in what people wrote: only real ones, and nothing of the text is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.presenters.names import visible
from web.presenters.writing import passages, pieces


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


_LINES = st.lists(st.sampled_from(["> older", ">", "newer", "", " > no quote"]), max_size=30)


@given(_LINES)
def test_passages_hold_every_line_in_order_and_only_long_quotations_are_told(
    lines: list[str],
) -> None:
    text = "\n".join(lines)
    found = passages(text)
    assert "\n".join(one.text for one in found) == text
    for one in found:
        quoted = [line.startswith(">") for line in one.text.split("\n")]
        assert one.quoted_lines in (0, len(quoted))
        assert one.quoted_lines == 0 or (all(quoted) and one.quoted_lines >= 4)
        runs = "".join("q" if line else " " for line in quoted).split()
        assert one.quoted_lines or all(len(run) < 4 for run in runs)
    folded = [bool(one.quoted_lines) for one in found]
    assert (False, False) not in set(pairwise(folded))
