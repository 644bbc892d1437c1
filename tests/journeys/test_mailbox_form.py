"""The form of a mailbox shows the fields of the chosen way to sign in, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignedIn
from tests.journeys.looking import serious, sticking_out
from tests.support.browser import PageFaults, accessibility_violations

#: All that is needed but the client id; and a token server over http.
TYPED = {
    "name": "Help desk of Microsoft",
    "address": "help@example.test",
    "host": "imap.example.test",
    "user_name": "help@example.test",
    "token_url": "http://login.example.test/token",
    "scope": "https://mail.example.test/.default",
}


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
    for name, text in TYPED.items():
        page.locator(f"#field-{name}").fill(text)
    page.get_by_role("button", name="Save").click()
    # Refused: what was chosen and typed is there, and what is wrong stays in sight.
    expect(page.locator("#error-token_url")).to_be_visible()
    expect(page.locator("#error-client_id")).to_be_visible()
    for name, text in TYPED.items():
        expect(page.locator(f"#field-{name}")).to_have_value(text)
    expect(refresh).to_be_visible()
    page.locator("#field-sign_in").select_option("password")
    expect(password).to_be_visible()
    expect(page.locator("#error-token_url")).to_be_visible()
