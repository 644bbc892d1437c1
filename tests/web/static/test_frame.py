"""The frame of every page in a real browser: any policy violation or script error fails a test."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.support.browser import NewPage, PageFaults, accessibility_violations
from tests.web.static.frame_site import frame_site, serving


@pytest.fixture
def site() -> Flask:
    return frame_site()


@pytest.fixture
def address(site: Flask) -> Iterator[str]:
    with serving(site) as where:
        yield where


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_the_frame_is_accessible_and_fits_the_screen(
    new_page: NewPage, address: str, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 740})
    page.goto(f"{address}/?language=ru")
    page.wait_for_selector("canvas")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert accessibility_violations(page) == []


def test_j_and_k_walk_through_the_rows_and_x_ticks_one(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[href='/opened/2']")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("input[name=selected][value='2']")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/opened/1")


def test_a_key_of_the_page_and_a_sequence_of_the_navigation_work(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_contain_text("Edit this")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**/opened/edit")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tickets")


def test_typing_is_text_and_no_command(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("[name=title]", "")
    page.locator("[name=title]").press_sequentially("je?/")
    expect(page.locator("[name=title]")).to_have_value("je?/")
    assert page.url == f"{address}/"


def test_single_keys_can_be_turned_off(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("?")
    page.uncheck("[data-single-keys]")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")


def test_the_palette_finds_things_and_commands(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("db")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("db-07")
    assert accessibility_violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/opened/db")
    page.keyboard.press("Control+k")
    page.keyboard.type("edit")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Edit this")
    page.keyboard.press("Enter")
    page.wait_for_url("**/opened/edit")


def test_what_was_typed_survives_a_reload_and_can_be_discarded(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("[name=body]", "a long story")
    page.wait_for_selector("form[data-draft-kept]")
    page.reload()
    expect(page.locator("[name=body]")).to_have_value("a long story")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("[name=body]")).to_have_value("")


def test_a_saved_form_leaves_no_draft(page: Page, address: str, site: Flask) -> None:
    page.goto(address)
    page.fill("[name=title]", "disk full")
    _save(page)
    page.wait_for_load_state()
    expect(page.locator("[name=title]")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage)") == []
    assert site.config["SENT"][0]["title"] == "disk full"


def test_a_refused_form_keeps_the_words_and_leads_to_the_error(
    page: Page, address: str, page_faults: PageFaults
) -> None:
    page_faults.expect("status of 422")
    page.goto(address)
    page.fill("[name=body]", "a long story")
    _save(page)
    expect(page.locator("[name=title]")).to_be_focused()
    page.goto(address)
    expect(page.locator("[name=body]")).to_have_value("a long story")


def test_what_was_typed_survives_signing_out(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("[name=title]", "signed out")
    _save(page)
    page.wait_for_url("**/sign-in")
    page.goto(address)
    expect(page.locator("[name=title]")).to_have_value("signed out")


def test_what_cannot_be_undone_asks_first(page: Page, address: str, site: Flask) -> None:
    page.goto(address)
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#confirm")).to_contain_text("Delete it for good?")
    page.get_by_role("button", name="Cancel").click()
    assert site.config["SENT"] == []
    page.get_by_role("button", name="Delete").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Confirm").click()
    assert len(site.config["SENT"]) == 1


def test_a_failed_request_is_said_aloud(page: Page, address: str, page_faults: PageFaults) -> None:
    page_faults.expect("status of 500|server error 500|Response Status Error Code 500")
    page.goto(address)
    page.get_by_role("button", name="Break").click()
    expect(page.locator("#toasts")).to_contain_text("The server failed.")


def test_sorting_keeps_the_focus_and_the_address_and_back_goes_back(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.click("#sort-title")
    page.wait_for_url("**/?sort=title")
    expect(page.locator("#sort-title")).to_be_focused()
    page.click("#sort-title")
    page.wait_for_url("**/?sort=-title")
    expect(page.locator("tbody tr").first).to_contain_text("VPN is slow")
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text("Laptop")


def test_a_picker_finds_people_as_one_types(page: Page, address: str, site: Flask) -> None:
    page.goto(address)
    page.locator(".ts-control").click()
    page.keyboard.type("ольга")
    expect(page.locator(".ts-dropdown .option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.fill("[name=title]", "x")
    _save(page)
    page.wait_for_load_state()
    assert site.config["SENT"][0]["owner"] == "Ольга Смирнова"


def test_the_chosen_theme_stays(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".personal-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_phone_opens_the_navigation_with_a_button(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto(address)
    expect(page.get_by_role("navigation", name="Main navigation")).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").tap()
    expect(page.get_by_role("link", name="Tickets")).to_be_visible()


def test_the_map_opens_an_item_and_its_twin_lights_up(page: Page, address: str) -> None:
    page.add_init_script(
        "document.addEventListener('map-ready', ({ detail }) => { window.drawn = detail.cy; })"
    )
    page.goto(address)
    page.wait_for_selector("[data-map-ready]")
    canvas = page.locator(".map-canvas")
    canvas.scroll_into_view_if_needed()
    place = page.evaluate("window.drawn.getElementById('db').renderedPosition()")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
    expect(page.locator("[data-map-node=db]")).to_have_class("is-lit")
    expect(page.locator(".map-hint")).to_contain_text("db-07")
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    page.wait_for_url("**/opened/db")


def test_the_map_hangs_members_on_a_bracket_and_saves_a_picture(page: Page, address: str) -> None:
    page.add_init_script(
        "document.addEventListener('map-ready', ({ detail }) => { window.drawn = detail.cy; })"
    )
    page.goto(address)
    page.wait_for_selector("[data-map-ready]")
    hanging = page.evaluate(
        "window.drawn.getElementById('bracket:pool').outgoers('node').map((node) => node.id())"
    )
    assert sorted(hanging) == ["a", "b"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a picture").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
