"""A held letter in a browser: found by keyboard, joined to a ticket that is picked by its words."""

import re

from playwright.sync_api import expect

from server.desk.mail.models import Mailbox
from server.foundation.clock import utc_now
from server.foundation.edge.requests import installation
from server.foundation.storage import attachments_at
from tests.journeys.conftest import Served, SignedIn
from tests.support.letters import letter, put_letter


def test_a_held_letter_is_joined_to_a_ticket_without_a_mouse(
    served: Served, signed_in: SignedIn
) -> None:
    raw = letter("rita@example.test", "About the times", "It is worse today.", utc_now())
    storage = attachments_at(installation(served.app).settings.home)
    with served.database.writing() as session:
        mailbox = session.get_one(Mailbox, served.company.things["mailbox"])
        put_letter(session, storage, mailbox, raw, utc_now(), reason="unverified")
    page = signed_in("en", viewport={"width": 1366, "height": 768})
    page.goto("/tickets")
    page.get_by_role("link", name="Letters").click()
    row = page.locator("tbody tr", has_text="About the times")
    expect(row).to_contain_text("the mail server does not vouch for the sender")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("About the times")
    field = page.locator("#field-reference-ts-control")
    field.focus()
    expect(field).to_be_focused()
    page.keyboard.type("page times out")
    reference = str(served.company.things["ticket"])
    option = page.locator(".ts-dropdown .option.active", has_text=reference)
    expect(option).to_contain_text("Orders page times out")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Join it to the ticket").press("Enter")
    expect(page).to_have_url(re.compile(f"/tickets/{reference}$"))
    joined = page.locator(".entry", has_text="It is worse today.")
    expect(joined.get_by_role("link", name="Whole letter")).to_be_visible()
    joined.get_by_role("link", name="Whole letter").click()
    expect(page.locator("h1")).to_contain_text("taken in")
