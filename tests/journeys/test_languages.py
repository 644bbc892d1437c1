"""The same walk in other languages on a phone: nothing stays English, nothing is cut off."""

from functools import cache

import pytest
from playwright.sync_api import Page

from tests.journeys.company import NAMES
from tests.journeys.conftest import Served, SignedIn
from tests.journeys.english import LeftOver
from tests.journeys.looking import DESK, PHONE, cut_off, sight
from tests.journeys.places import places, short_walk
from tests.support.browser import PageFaults

_PARTS = 3


# In parts, so that processes can share the walk.
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_page_is_wholly_russian_and_fits_a_phone(
    served: Served, signed_in: SignedIn, page_faults: PageFaults, part: int
) -> None:
    page = signed_in("ru", viewport=PHONE, locale="ru-RU")
    addresses = places(served.app, served.company.things)[part::_PARTS]
    found = walk(page, "ru", addresses, page_faults)
    assert found == [], "\n" + "\n".join(found)


def test_the_navigation_holds_the_longest_words(signed_in: SignedIn) -> None:
    page = signed_in("ru", viewport=DESK, locale="ru-RU")
    for place in ("/administration", "/"):
        page.goto(place)
        assert cut_off(page) == []


def test_every_page_is_wholly_spanish(
    served: Served, signed_in: SignedIn, page_faults: PageFaults
) -> None:
    page = signed_in("es", viewport=PHONE, locale="es-ES")
    found = walk(page, "es", short_walk(served.app, served.company.things), page_faults)
    assert found == [], "\n" + "\n".join(found)


@cache
def _left_over(language: str) -> LeftOver:
    """Return what knows the English of a language's messages; reading them takes a second."""
    return LeftOver(language, NAMES)


def walk(page: Page, language: str, addresses: list[str], faults: PageFaults) -> list[str]:
    """Visit the addresses in a language; return what is wrong, one line each."""
    english = _left_over(language)
    wrong: list[str] = []
    for place in addresses:
        known = len(faults.unexpected)
        page.goto(place)
        seen = sight(page)
        found = [f"left in English: {text!r}" for text in english.of(seen["texts"])]
        found += [f"cut off: {line}" for line in seen["cut_off"]]
        found += [f"scrolls sideways: {line}" for line in seen["sticking_out"]]
        if seen["language"] != language:
            found.append(f"is not in {language!r}")
        wrong += [f"{place}: {fault}" for fault in (*found, *faults.unexpected[known:])]
    return wrong
