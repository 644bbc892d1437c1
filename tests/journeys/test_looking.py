"""What the walks look for is found where it was planted."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Served, SignedIn
from tests.journeys.english import LeftOver
from tests.journeys.looking import DESK, PHONE, Reader, cut_off, sticking_out

_NARROW = "style='width: 4rem; overflow: hidden; white-space: nowrap"


@pytest.mark.parametrize(
    "markup",
    [
        f"<p {_NARROW}'>Серийный номер</p>",
        f"<p {_NARROW}; text-overflow: ellipsis'>Серийный номер</p>",
        "<button style='width: 4rem; white-space: nowrap'>Серийный номер</button>",
        "<p style='display: flex; width: 4rem'><b>Последовательность</b></p>",
        "<select style='width: 6rem'><option>Последние 24 часа</select>",
        "<input style='width: 4rem' placeholder='Серийный номер'>",
    ],
)
def test_text_that_does_not_fit_is_seen(page: Page, markup: str) -> None:
    page.set_content(markup)
    assert len(cut_off(page)) == 1


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Серийный номер</p>",
        f"<p {_NARROW}; text-overflow: ellipsis' title='Серийный номер'>Серийный номер</p>",
        f"<p {_NARROW.replace('hidden', 'auto')}'>Серийный номер</p>",
        f"<p class='visually-hidden' {_NARROW}'>Серийный номер</p>",
        "<select><option>Последние 24 часа</select>",
    ],
)
def test_text_that_fits_or_is_cut_on_purpose_is_let_be(page: Page, markup: str) -> None:
    page.set_content(markup)
    assert cut_off(page) == []


def test_what_makes_a_page_scroll_sideways_is_named(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.set_content("<p>short</p><hr style='width: 400px'>")
    assert "<hr" in sticking_out(page)[-1]
    page.set_content("<div style='overflow: auto'><hr style='width: 400px'></div>")
    assert sticking_out(page) == []


_WRITE = """
([place, style]) => {
  const line = document.createElement("p");
  line.append("written on purpose");
  line.style = style;
  document.querySelector(place).append(line);
}
"""


def test_faint_text_is_seen_in_the_content_and_in_a_frame_that_stands_in_a_new_way(
    signed_in: SignedIn,
) -> None:
    page = signed_in("en", viewport=DESK, reduced_motion="reduce")
    reader = Reader(page)
    page.goto("/search?q=db")
    assert reader.faint() == []
    by_day = "color: #ddd"
    in_the_dark = "color: #333"
    for place in ("#content", ".sidebar"):
        for style, said in ((by_day, "readable: <p"), (in_the_dark, "readable in the dark: <p")):
            page.goto("/search?q=db")
            page.evaluate(_WRITE, [place, style])
            found = reader.faint()
            assert len(found) == 1, (place, style, found)
            assert said in found[0]


def test_english_is_recognised_with_its_places_filled(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en")
    page.goto(f"/tickets/{served.company.things['ticket']}")
    found = LeftOver("ru").on(page)
    assert {"Dashboard", "Affected", "Conversation"} <= set(found)
    assert "tier 0" in found
    assert "Orders page times out" not in found
