"""The desk in a browser: written by keyboard, judged while it is typed, drawn on demand."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Served, SignedIn

DESK = {"width": 1366, "height": 768}


def reference(served: Served, what: str) -> str:
    """Return the reference of a ticket or change of the company."""
    return str(served.company.things[what])


def test_a_reply_is_written_and_sent_without_a_mouse(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/tickets/{reference(served, 'ticket')}")
    page.keyboard.press("r")
    page.keyboard.type("The pool is restarting")
    page.keyboard.press("Control+Enter")
    written = page.locator(".entry-public", has_text="The pool is restarting")
    expect(written).to_be_in_viewport()
    expect(page.locator("#reply")).to_be_in_viewport()


def test_a_panel_opens_in_place_and_back_closes_it(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/tickets/{reference(served, 'ticket')}")
    page.keyboard.press("e")
    expect(page.locator(".act [name=title]")).to_be_focused()
    expect(page).to_have_url(re.compile(r"act=edit$"))
    page.go_back()
    expect(page.locator(".act")).to_have_count(0)


def test_what_is_done_to_ticked_rows_stays_in_sight_and_counts_them(signed_in: SignedIn) -> None:
    page = signed_in("en", viewport={"width": 1366, "height": 320})
    page.goto("/tickets?view=all")
    act = page.locator(".bulk > summary")
    expect(act).not_to_be_in_viewport()
    page.locator("tbody input[name=selected]").first.check()
    expect(act).to_be_in_viewport()
    expect(act).to_have_text(re.compile(r"selected tickets\s+1$"))
    page.locator("[data-select-all]").check()
    rows = page.locator("tbody input[name=selected]").count()
    expect(page.locator("[data-selected-count]")).to_have_text(str(rows))


def test_the_map_opens_beside_the_conversation(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/tickets/{reference(served, 'ticket')}")
    page.keyboard.press("v")
    expect(page.locator("#spread [data-map][data-map-ready]")).to_be_visible()


def test_the_impact_follows_what_is_chosen(signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto("/tickets/new")
    choose(page, "field-item", "app-1")
    expect(page.locator("#preview")).to_contain_text("Orders")
    page.select_option("[name=kind]", "request")
    expect(page.locator("#preview")).to_contain_text("nothing has failed")


def test_the_risk_follows_the_plan(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/changes/new?item={served.company.things['app']}")
    effect = page.locator("#effect")
    expect(effect).to_contain_text("there is no way back")
    page.fill("[name=back_out_plan]", "Put the old one back")
    page.keyboard.press("Tab")
    expect(effect).not_to_contain_text("there is no way back")


def choose(page: Page, field: str, name: str) -> None:
    """Pick something by typing its name."""
    page.fill(f"#{field}-ts-control", name)
    page.locator(".ts-dropdown .option", has_text=name).first.click()
