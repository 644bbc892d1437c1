"""Hands that never leave the keyboard."""

from playwright.sync_api import expect

from tests.journeys.conftest import Served, SignedIn


def test_a_slash_searches_everywhere(signed_in: SignedIn) -> None:
    page = signed_in("support")
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("db-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=db-1")
    expect(page.get_by_role("link", name="db-1")).to_be_visible()


def test_the_palette_goes_to_an_item_and_does_what_the_page_offers(
    served: Served, signed_in: SignedIn
) -> None:
    page = signed_in("support")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("db-1")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("db-1")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/items/{served.company.things['db']}")
    page.keyboard.press("Control+k")
    page.keyboard.type("open a ticket")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Open a ticket")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/new?item=*")


def test_j_and_k_walk_through_the_queue_and_enter_opens_the_ticket(signed_in: SignedIn) -> None:
    page = signed_in("support")
    page.goto("/tickets")
    links = page.locator("[data-row-link]")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    address = links.nth(0).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_the_keys_of_a_ticket_are_listed_and_do_what_they_say(
    served: Served, signed_in: SignedIn
) -> None:
    page = signed_in("support")
    page.goto(f"/tickets/{served.company.things['ticket']}")
    page.keyboard.press("?")
    keys = page.locator("#key-help")
    for what in ("Search everywhere", "Assign", "Edit", "Reply", "Show the map"):
        expect(keys).to_contain_text(what)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#act")).to_contain_text("Group")
    field = page.locator("#act .ts-control input").first
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/items")
