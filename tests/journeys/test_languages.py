"""The same walk in other languages on a phone: nothing stays English, nothing is cut off."""

from playwright.sync_api import Page

from tests.journeys.company import NAMES
from tests.journeys.conftest import Served, SignedIn
from tests.journeys.english import LeftOver
from tests.journeys.looking import DESK, PHONE, cut_off, sticking_out
from tests.journeys.places import places, short_walk
from tests.support.browser import PageFaults


def test_every_page_is_wholly_russian_and_fits_a_phone(
    served: Served, signed_in: SignedIn, page_faults: PageFaults
) -> None:
    page = signed_in("ru", viewport=PHONE, locale="ru-RU")
    found = walk(page, "ru", places(served.app, served.company.things), page_faults)
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


def walk(page: Page, language: str, addresses: list[str], faults: PageFaults) -> list[str]:
    """Visit the addresses in a language; return what is wrong, one line each."""
    english = LeftOver(language, NAMES)
    wrong: list[str] = []
    for place in addresses:
        known = len(faults.unexpected)
        page.goto(place)
        found = [f"left in English: {text!r}" for text in english.on(page)]
        found += [f"cut off: {line}" for line in cut_off(page)]
        found += [f"scrolls sideways: {line}" for line in sticking_out(page)]
        if page.evaluate("document.documentElement.lang") != language:
            found.append(f"is not in {language!r}")
        wrong += [f"{place}: {fault}" for fault in (*found, *faults.unexpected[known:])]
    return wrong
