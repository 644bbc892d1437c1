"""No other site makes a browser act, and no page of ours fits into a frame."""

import pytest
from werkzeug.routing import Rule

from tests.immunity.conftest import Target

FORMS = (
    "/sign-out", "/account", "/account/password", "/account/tokens", "/tickets/new", "/items/new",
    "/account/second-factor", "/people/new", "/groups/new", "/administration/directories/new",
)  # fmt: skip


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("token", [None, "", "x", "0" * 64])
def test_a_form_without_our_token_is_refused(
    target: Target, address: str, token: str | None
) -> None:
    browser = target.browser(target.world.admin)
    data = {} if token is None else {"csrf_token": token}
    assert browser.client.post(address, data=data).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.test"},
    ],
)
def test_a_request_from_elsewhere_is_refused_even_with_the_token(
    target: Target, headers: dict[str, str]
) -> None:
    browser = target.browser(target.world.admin)
    page = browser.client.get("/account").text
    token = page.partition('name="csrf_token" value="')[2][:64]
    data = {"csrf_token": token, "language": "en", "time_zone": "UTC"}
    assert browser.client.post("/account", data=data, headers=headers).status_code == 403
    assert browser.client.post("/account", data=data).status_code == 303


def test_reading_changes_nothing_and_no_method_is_read_from_a_header(target: Target) -> None:
    rules = [rule for rule in target.site.url_map.iter_rules() if _is_plain(rule)]
    browser = target.browser(target.world.admin)
    # An address may be read and written by two rules.
    readable = {rule.rule for rule in rules if "GET" in (rule.methods or set())}
    for rule in rules:
        if rule.rule not in readable:
            override = {"X-HTTP-Method-Override": "POST"}
            assert browser.client.get(rule.rule, headers=override).status_code in {404, 405}


def _is_plain(rule: Rule) -> bool:
    return "<" not in rule.rule


def test_no_page_may_be_framed(target: Target) -> None:
    for address in ("/", "/sign-in", "/items"):
        policy = target.browser(target.world.admin).get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
