"""Working in the map: letting items fail by mouse, by keyboard and in the table, and saving it.

host-1 ──> db-1 ┐
                ├ 1 of 2 ──> app-1 ──> Orders (tier 0)
host-2 ──> db-2 ┘
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Served, SignedIn
from tests.journeys.looking import DESK, PHONE, serious, sticking_out
from tests.support.browser import accessibility_violations

_STATES = """
() => Object.fromEntries(window.drawnMap.nodes(".item").map(
  (node) => [node.data("node").name, node.data("node").state]))
"""
_PLACE = """
(name) => {
  const node = window.drawnMap.nodes(".item").filter((one) => one.data("node").name === name)[0];
  return node.renderedPosition();
}
"""
_LIT = """
(names) => {
  const lit = window.drawnMap.nodes(".is-lit").map((node) => node.data("node").name);
  return String(lit.sort()) === String(names);
}
"""
_KEEP_MAP = """
document.addEventListener("map-ready", (event) => { window.drawnMap = event.detail.cy; });
"""


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    """Return a support agent's page that keeps the map it draws."""
    page = signed_in("support", viewport=DESK, reduced_motion="reduce")
    page.add_init_script(_KEEP_MAP)
    return page


def draw(page: Page, address: str) -> None:
    """Open a map and wait until it stands."""
    page.goto(address)
    page.wait_for_selector("[data-map-ready]")


def state_of(page: Page, name: str) -> str:
    """Return the state of an item as the map draws it."""
    return str(page.evaluate(_STATES)[name])


def eventually(page: Page, holds: Callable[[dict[str, str]], bool]) -> None:
    """Wait until the states on the map are as they should be: it follows what is beside it."""
    for _ in range(100):
        if holds(page.evaluate(_STATES)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(_STATES))


def click_on_map(page: Page, name: str) -> None:
    """Click on a node of the map."""
    canvas = page.locator(".map-canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click(position=page.evaluate(_PLACE, name))


def test_clicks_let_one_fail_after_the_other_and_the_wave_is_seen(
    page: Page, served: Served
) -> None:
    draw(page, f"/map?about={served.company.things['service']}&way=needs")
    page.get_by_label("lets fail").check()
    click_on_map(page, "host-1")
    expect(page.locator("#what-if")).to_contain_text("host-1")
    expect(page.locator("#suffering")).to_contain_text("Orders")
    eventually(page, lambda states: (states["host-1"], states["Orders"]) == ("down", "at_risk"))
    click_on_map(page, "host-2")
    expect(page.locator("#what-if")).to_contain_text("host-2")
    eventually(page, lambda states: states["Orders"] == "down")
    page.get_by_role("link", name="Let host-1 work again").first.click()
    expect(page.locator("#what-if")).not_to_contain_text("host-1")
    eventually(page, lambda states: states["Orders"] == "at_risk")


def test_the_address_holds_the_view_and_back_goes_back(page: Page, served: Served) -> None:
    things = served.company.things
    draw(page, f"/map?about={things['service']}&way=needs")
    page.locator(f"#fail-{things['db']}").click()
    expect(page.locator("#what-if")).to_contain_text("db-1")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {
        "about": [str(things["service"])],
        "way": ["needs"],
        "fail": [str(things["db"])],
    }
    draw(page, page.url)
    assert state_of(page, "db-1") == "down"
    page.go_back()
    page.wait_for_selector("[data-map-ready]")
    expect(page.locator("#what-if")).not_to_contain_text("db-1")


def test_the_keyboard_walks_chooses_and_lets_fail_on_the_map_itself(
    page: Page, served: Served
) -> None:
    draw(page, f"/map?about={served.company.things['service']}&way=needs")
    page.get_by_role("button", name="Save as a drawing (SVG)").focus()
    while not page.evaluate("document.activeElement.matches('.map-canvas')"):
        page.keyboard.press("Tab")
    said = page.locator("[data-map-says]")
    expect(said).to_contain_text("Orders")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("app-1")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text("app-1")
    page.keyboard.press("f")
    expect(page.locator("#what-if")).to_contain_text("app-1")
    eventually(page, lambda states: states["Orders"] == "down")
    expect(page.locator(".map-canvas")).to_be_focused()


def test_a_failure_spreads_before_the_eyes_of_whoever_likes_motion(
    signed_in: SignedIn, served: Served
) -> None:
    page = signed_in("support", viewport=DESK)
    page.add_init_script(_KEEP_MAP)
    things = served.company.things
    draw(page, f"/map?about={things['service']}&way=needs")
    page.locator(f"#fail-{things['app']}").click()
    expect(page.locator("#suffering")).to_contain_text("Orders")
    eventually(page, lambda states: list(states.values()).count("down") == 2)


def test_a_bundle_opens_with_a_click_and_the_map_is_laid_out_anew(
    page: Page, served: Served
) -> None:
    draw(page, f"/map?about={served.company.things['service']}&way=needs&group=yes")
    click_on_map(page, "Hypervisor host (2)")
    expect(page.locator("#map-twin")).to_contain_text("host-1")
    eventually(page, lambda states: "host-1" in states)
    assert "open=hypervisor" in page.url


def test_the_slider_goes_back_in_time_and_keeps_the_focus(page: Page, served: Served) -> None:
    draw(page, f"/map?about={served.company.things['service']}&way=needs")
    slider = page.locator("#map-slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#map-time")).to_contain_text("Back to now")
    expect(slider).to_be_focused()
    assert "at=" in page.url
    expect(page.locator("#map-at")).not_to_have_value("")
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator("#map-at")).to_have_value("")
    assert "at=" not in page.url


def test_choosing_shows_the_way_in_words_and_on_the_map(page: Page, served: Served) -> None:
    things = served.company.things
    draw(page, f"/map?about={things['service']}&way=needs&fail={things['app']}")
    page.locator(f"#choose-{things['service']}").click()
    way = page.locator("#chosen .path")
    expect(way).to_contain_text("app-1")
    expect(way).to_contain_text("Orders")
    page.wait_for_function(_LIT, arg=["Orders", "app-1"])


def test_the_map_is_saved_as_a_picture_and_as_a_drawing(
    page: Page, served: Served, tmp_path: Path
) -> None:
    draw(page, f"/map?about={served.company.things['service']}&way=needs")
    saved = {}
    for name in ("Save as a picture", "Save as a drawing (SVG)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        saved[path.suffix] = path.read_bytes()
    assert saved[".png"].startswith(b"\x89PNG")
    drawing = ElementTree.fromstring(saved[".svg"])  # noqa: S314  # our own, to see that it is XML
    words = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {"● Orders", "● app-1", "1 of 2"} <= words


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_map_that_is_worked_in_is_sound_on_a_desk_and_on_a_phone(
    page: Page, served: Served, scheme: str
) -> None:
    things = served.company.things
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    draw(page, f"/map?about={things['service']}&fail={things['db']}&choose={things['app']}")
    assert serious(accessibility_violations(page)) == []
    page.set_viewport_size(PHONE)
    assert sticking_out(page) == []
