"""The form of a mailbox shows the fields of the chosen way to sign in, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignedIn
from tests.journeys.looking import serious, sticking_out
from tests.support.browser import PageFaults, accessibility_violations


@pytest.mark.parametrize("scripts", [True, False])
def test_a_choice_shows_its_own_fields(
    signed_in: SignedIn, page_faults: PageFaults, scripts: bool
) -> None:
    page_faults.expect("status of 422")
    page = signed_in("en", java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page.goto("/administration/mailboxes/new")
    password, secret = page.locator("#field-password"), page.locator("#field-client_secret")
    refresh = page.locator("#field-refresh_token")
    expect(password).to_be_visible()
    expect(secret).to_be_hidden()
    page.locator("#field-sign_in").select_option("oauth")
    expect(password).to_be_hidden()
    expect(secret).to_be_visible()
    expect(refresh).to_be_hidden()
    page.locator("#field-token_grant").select_option("refresh_token")
    expect(refresh).to_be_visible()
    if scripts:
        assert serious(accessibility_violations(page, contrast=False)) == []
        assert sticking_out(page) == []
    page.locator("#field-name").fill("Help desk of Microsoft")
    page.locator("#field-address").fill("help@example.test")
    page.locator("#field-host").fill("imap.example.test")
    page.locator("#field-user_name").fill("help@example.test")
    page.locator("#field-token_url").fill("http://login.example.test/token")
    page.locator("#field-scope").fill("https://mail.example.test/.default")
    page.get_by_role("button", name="Save").click()
    # Refused: what was chosen and typed is there, and what is wrong stays in sight.
    expect(page.locator("#error-token_url")).to_be_visible()
    expect(page.locator("#error-client_id")).to_be_visible()
    expect(page.locator("#field-name")).to_have_value("Help desk of Microsoft")
    expect(page.locator("#field-scope")).to_have_value("https://mail.example.test/.default")
    expect(refresh).to_be_visible()
    page.locator("#field-sign_in").select_option("password")
    expect(password).to_be_visible()
    expect(page.locator("#error-token_url")).to_be_visible()
