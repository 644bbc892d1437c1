"""The desk in a browser: written by keyboard, judged while it is typed, drawn on demand."""

import re

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Served, SignedIn

DESK = {"width": 1366, "height": 768}
REQUESTER = "Rita Request"


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


def test_a_ticket_is_assigned_without_a_mouse(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/tickets/{reference(served, 'ticket')}")
    page.keyboard.press("a")
    expect(page.locator(".act #field-group_id-ts-control")).to_be_focused()
    page.keyboard.type("Supp")
    expect(page.locator(".ts-dropdown .option.active", has_text="Support").first).to_be_visible()
    # Nothing cuts the list off at the panel's edge.
    assert page.locator("#act").evaluate("panel => getComputedStyle(panel).overflowY") == "visible"
    expect(page).to_have_url(re.compile(r"act=assign$"))


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


def test_a_ticket_begun_for_somebody_else_is_still_theirs_after_a_reload(
    served: Served, signed_in: SignedIn
) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto("/tickets/new")
    page.fill("#field-title", "No picture")
    page.locator(".ts-wrapper:has(#field-requester_id-ts-control) .ts-control").click()
    page.keyboard.press("Backspace")
    page.keyboard.type(REQUESTER)
    page.locator(".ts-dropdown .option", has_text=REQUESTER).first.click()
    expect(page.locator("#own-items")).to_contain_text(f"What {REQUESTER} has")
    choose(page, "field-item", "app-1")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('app-1')")
    page.reload()
    expect(page.get_by_text("Your unsaved text of an earlier visit is back.")).to_be_visible()
    expect(page.locator(".ts-wrapper:has(#field-requester_id-ts-control) .item")).to_have_text(
        REQUESTER
    )
    expect(page.locator("#own-items")).to_contain_text(f"What {REQUESTER} has")
    expect(page.locator(".ts-wrapper:has(#field-item-ts-control) .item")).to_contain_text("app-1")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#field-title")).to_have_value("")
    expect(page.locator(".ts-wrapper:has(#field-item-ts-control) .item")).to_have_count(0)
    expect(page.locator("#own-items")).not_to_contain_text(REQUESTER)


def test_an_answer_that_comes_late_opens_no_list_again(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/pick/people\?q=.+"), hold)
    page.goto("/tickets/new")
    page.locator(".ts-wrapper:has(#field-requester_id-ts-control) .ts-control").click()
    page.keyboard.press("Backspace")
    option = page.locator(".ts-dropdown:visible .option", has_text=REQUESTER).first
    expect(option).to_be_visible()
    with page.expect_request(re.compile(r"/pick/people\?q=.+")):
        page.keyboard.type(REQUESTER)
    # Whoever is looked for stands in the first list already, and is chosen before the next comes.
    option.click()
    for route in held:
        route.continue_()
    page.wait_for_function("() => !document.querySelector('.ts-wrapper.loading')", timeout=10_000)
    expect(page.locator(".ts-dropdown:visible")).to_have_count(0)


def test_the_risk_follows_the_plan(served: Served, signed_in: SignedIn) -> None:
    page = signed_in("en", viewport=DESK)
    page.goto(f"/changes/new?item={served.company.things['app']}")
    effect = page.locator("#effect")
    expect(effect).to_contain_text("there is no way back")
    page.fill("[name=back_out_plan]", "Put the old one back")
    page.keyboard.press("Tab")
    expect(effect).not_to_contain_text("there is no way back")


def choose(page: Page, field: str, name: str) -> None:
    """Pick something by typing its name, after what was picked before has let go of the focus."""
    expect(page.locator(".ts-dropdown:visible")).to_have_count(0)
    page.fill(f"#{field}-ts-control", name)
    page.locator(".ts-dropdown .option", has_text=name).first.click()
