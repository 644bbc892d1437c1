"""Something is asked for on a phone, agreed to on another, and done at the desk."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Served, SignedIn
from tests.journeys.looking import PHONE, serious
from tests.support.browser import PageFaults, accessibility_violations

OLD = "#field-answer-old_device-ts-control"


def test_a_laptop_is_asked_for_agreed_to_and_handed_over(
    served: Served, signed_in: SignedIn, page_faults: PageFaults
) -> None:
    requester = signed_in("requester", viewport=PHONE)
    requester.goto("/portal")
    requester.get_by_role("link", name="Ask for something").first.click()
    find(requester, "lapt")
    requester.get_by_role("link", name="New laptop").click()
    page_faults.expect("status of 422")
    fill_in(requester)
    expect(requester.get_by_text("It waits for the approval of Ada Admin.")).to_be_visible()
    order = requester.url

    approver = signed_in("en", viewport=PHONE, color_scheme="dark")
    approver.goto("/changes/inbox")
    approver.locator(f"a[href='{order.removeprefix(served.address)}'].btn").click()
    expect(approver.get_by_role("heading", name="Do you approve it?")).to_be_visible()
    approver.get_by_role("button", name="Approve").click()
    expect(approver.get_by_text("You approved it.")).to_be_visible()

    agent = signed_in("support")
    agent.goto(order.replace("/orders/", "/tickets/"))
    agent.get_by_role("link", name="Go on with the order").click()
    agent.get_by_role("button", name="Done: Prepare the laptop").click()
    expect(agent.get_by_role("button", name="Done: Hand the laptop over")).to_be_visible()
    requester.reload()
    expect(requester.locator("[aria-current=step]")).to_contain_text("Hand the laptop over")


def find(page: Page, words: str) -> None:
    """Type into the catalogue; what does not fit goes while one types."""
    expect(page.get_by_role("heading", name="Catalogue")).to_be_visible()
    field = page.get_by_role("searchbox", name="What do you need?")
    field.focus()
    expect(field).to_be_focused()
    field.fill(words)
    expect(page.get_by_role("link", name="Guest network")).to_have_count(0)


def fill_in(page: Page) -> None:
    """Send the form once too early; what is hidden meanwhile keeps what was chosen."""
    page.get_by_label("Light, for travelling").check()
    expect(page.locator(OLD)).to_be_hidden()
    page.get_by_label("It replaces one that I have").check()
    page.locator(OLD).click()
    page.locator(".ts-dropdown .option", has_text="LT-0231").click()
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator(".field-error")).to_have_text("Please fill this in.")
    page.get_by_label("It replaces one that I have").uncheck()
    expect(page.locator(OLD)).to_be_hidden()
    page.get_by_label("It replaces one that I have").check()
    expect(page.locator("[data-code=old_device]")).to_contain_text("LT-0231")
    page.get_by_label("What you need it for").fill("I travel every week.")
    page.get_by_role("button", name="Send the request").click()
    page.wait_for_url("**/orders/*")


def test_without_scripts_every_question_stands_with_its_condition(signed_in: SignedIn) -> None:
    page = signed_in("requester", java_script_enabled=False)
    page.goto("/catalogue/new_laptop")
    expect(page.get_by_label("Which one it replaces")).to_be_visible()
    expect(page.get_by_text("Only if “It replaces one that I have” is: Yes")).to_be_visible()


def test_an_administrator_who_is_no_programmer_makes_a_question_depend_on_another(
    signed_in: SignedIn, page_faults: PageFaults
) -> None:
    page_faults.expect("status of 422")
    page = signed_in("en")
    page.goto("/administration/desk/offerings/new")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("link", name="Question 1")).to_be_visible()
    assert serious(accessibility_violations(page)) == []
    page.get_by_label("Name · English").fill("A desk")
    page.get_by_label("Section · English").fill("Rooms")
    page.get_by_label("Question · English").fill("Which floor?")
    page.get_by_label("Kind of answer").select_option("choice")
    page.get_by_label("What one chooses from").fill("First\nSecond")
    page.get_by_role("button", name="Add a question").click()
    expect(page.locator("#part-fields-1 > summary")).to_be_focused()
    second = page.locator("#part-fields-1")
    second.get_by_label("Question · English").fill("Why so high up?")
    second.get_by_label("Asked only if the answer to …").select_option(label="Which floor?")
    second.get_by_label("Second").check()
    page.get_by_role("button", name="Save and preview").click()
    page.wait_for_url("**/preview")
    expect(page.get_by_label("Why so high up?")).to_be_hidden()
    page.get_by_label("Second").check()
    expect(page.get_by_label("Why so high up?")).to_be_visible()
