"""A walk over every page: it answers, breaks no rule, and can be read by everybody, everywhere."""

from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Served, SignedIn
from tests.journeys.looking import DESK, PHONE, Reader, serious, sticking_out
from tests.journeys.places import NO_PAGES, page_rules, places
from tests.support.browser import PageFaults, accessibility_violations
from web.pages import PAGES

Scheme = Literal["light", "dark"]
_PARTS = 8
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def test_every_corner_of_the_site_is_walked_or_known_to_have_no_pages(served: Served) -> None:
    walked = {rule.endpoint.split(".")[0] for rule in page_rules(served.app)}
    without = {endpoint.split(".")[0] for endpoint in NO_PAGES}
    assert {page.name for page in PAGES} <= walked | without
    assert set(served.app.view_functions) >= NO_PAGES, "an exception for what is not there any more"


# In parts, so that processes can share the longest walk there is. What lies together has the same
# frame, which is looked at once in each part.
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_page_is_sound_on_a_desk_in_the_dark_and_on_a_phone(
    served: Served, signed_in: SignedIn, page_faults: PageFaults, part: int
) -> None:
    page = signed_in("en", viewport=DESK, reduced_motion="reduce")
    reader = Reader(page)
    wrong: list[str] = []
    for place in _part(sorted(places(served.app, served.company.things), key=_corner), part):
        known = len(page_faults.unexpected)
        found = _look_at(page, place, reader)
        found += page_faults.unexpected[known:]
        wrong += [f"{place}: {fault}" for fault in found]
    assert wrong == [], "\n" + "\n".join(wrong)


def _part(walk: list[str], part: int) -> list[str]:
    """Return one of ``_PARTS`` stretches of the walk; together they are all of it."""
    return walk[len(walk) * part // _PARTS : len(walk) * (part + 1) // _PARTS]


def _corner(place: str) -> list[str]:
    return urlsplit(place).path.split("/")


def _look_at(page: Page, place: str, reader: Reader) -> list[str]:
    page.set_viewport_size(DESK)
    answer = page.goto(place)
    if answer is None or answer.status != 200:
        return [f"answers {answer and answer.status}"]
    if not page.evaluate("document.documentElement.lang"):
        return ["is no whole page; a fragment belongs into NO_PAGES"]
    found = serious(accessibility_violations(page, contrast=False))
    found += reader.faint()
    page.set_viewport_size(PHONE)
    return found + [f"scrolls sideways at 360 px: {line}" for line in sticking_out(page)]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_door_is_sound_for_whoever_is_not_signed_in(
    served: Served, page: Page, scheme: Scheme
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(PHONE)
    page.goto(f"{served.address}/items")
    assert page.url == f"{served.address}/sign-in?next=/items"
    assert accessibility_violations(page) == []
    assert sticking_out(page) == []
