"""A change is approved by somebody other than whoever planned it."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from server.foundation.clock import utc_now
from tests.journeys.conftest import Served, SignedIn
from tests.support.browser import PageFaults


def test_the_author_is_refused_and_somebody_else_schedules_the_change(
    served: Served, signed_in: SignedIn, page_faults: PageFaults
) -> None:
    author = signed_in("author")
    change = plan(author, served)
    ask_for_approval(author)
    page_faults.expect("status of 403")
    approve_it_oneself(author, change)
    approve(signed_in("support"), change, "We keep an eye on it.")
    author.goto(change)
    expect(author.locator("[aria-current=step]")).to_have_text("Waiting for approval")
    approve(signed_in("approver"), change, "The other database carries on.")
    author.goto(change)
    expect(author.locator("[aria-current=step]")).to_have_text("Scheduled")


def plan(page: Page, served: Served) -> str:
    """Draft a change; beside the form stands what it would do."""
    page.goto(f"/changes/new?item={served.company.things['db']}")
    page.get_by_label("Title").fill("Replace the first database's disks")
    tomorrow = utc_now() + timedelta(days=1)
    page.get_by_label("Window from").fill(field(tomorrow))
    page.get_by_label("Window to").fill(field(tomorrow + timedelta(hours=2)))
    page.get_by_label("What is done").fill("Stop it, swap the disks, start it.")
    page.get_by_role("textbox", name="The way back").fill("Put the old disks in again.")
    expect(page.locator("#effect")).to_contain_text("app-1")
    page.get_by_role("button", name="Save as a draft").click()
    page.wait_for_url("**/changes/CHG-*")
    expect(page.get_by_text("is drafted.")).to_be_visible()
    return page.url


def field(moment: datetime) -> str:
    """Return a moment as a field for date and time takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def ask_for_approval(page: Page) -> None:
    page.locator(".state-menu").click()
    page.get_by_role("button", name="Assessment").click()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Approval is asked for.")).to_be_visible()
    expect(page.get_by_text("so somebody else approves it")).to_be_visible()
    expect(page.get_by_role("link", name="Approve", exact=True)).to_have_count(0)


def approve_it_oneself(page: Page, change: str) -> None:
    """The page offers the author no button; who comes by the address is told why not."""
    page.goto(f"{change}?act=approve")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody else must do this")
    expect(page.locator("[aria-current=step]")).to_have_text("Waiting for approval")


def approve(page: Page, change: str, comment: str) -> None:
    """Whoever was asked finds it among what waits for them: owners of item and service."""
    page.goto("/changes?view=waiting")
    page.get_by_role("link", name="Replace the first database's disks").click()
    page.wait_for_url(change)
    page.get_by_role("link", name="Approve", exact=True).click()
    page.get_by_label("Comment").first.fill(comment)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You approved it.")).to_be_visible()
