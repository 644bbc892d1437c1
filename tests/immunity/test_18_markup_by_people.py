"""What people write is shown as text, and a browser would not run it if it were not."""

import re

import pytest

from tests.immunity.conftest import V1, Target, corpus
from tests.immunity.markup import intruders
from tests.support.pictures import polyglots


@pytest.fixture(scope="module")
def reference(target: Target) -> str:
    requester, admin = target.api(target.world.requester), target.api(target.world.admin)
    place = target.world.sales.id
    payloads = corpus("html")
    body = {"title": payloads[0], "description": "\n".join(payloads), "organisation_id": place}
    made = requester.post("/tickets", body)
    assert made.status_code == 201, made.text
    number: str = made.get_json()["reference"]
    for payload in payloads:
        answer = admin.post(f"/tickets/{number}/entries", {"text": payload})
        assert answer.status_code in {200, 201}, answer.text
    role = {"code": "x-role", "labels": {"en": payloads[2]}, "permissions": ["item:read"]}
    admin.post("/roles", role)
    admin.post("/groups", {"organisation_id": place, "name": payloads[3]})
    return number


@pytest.mark.parametrize(
    "address",
    [
        "/tickets/{}",
        "/tickets",
        "/search?q=x-planted",
        "/people",
        "/groups",
        "/administration/roles",
    ],
)
def test_no_page_has_an_element_or_an_attribute_that_was_written(
    target: Target, reference: str, address: str
) -> None:
    answer = target.browser(target.world.admin).get(address.format(reference))
    assert answer.status_code == 200
    assert intruders(answer.text) == []


@pytest.mark.parametrize("address", ["/tickets/{}", "/", "/sign-in", "/nowhere"])
def test_the_policy_runs_only_our_own_scripts(target: Target, reference: str, address: str) -> None:
    answer = target.browser(target.world.admin).get(address.format(reference))
    policy = answer.headers["Content-Security-Policy"]
    given = dict(re.findall(r"([a-z-]+) ([^;]*)", policy))
    scripts: str = given.get("script-src") or given["default-src"]
    assert "unsafe" not in policy
    assert set(scripts.split()) <= {"'self'", "'none'"}
    assert given["frame-ancestors"] == "'none'"
    assert given["base-uri"] in {"'none'", "'self'"}
    assert given["form-action"] == "'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", polyglots())
def test_what_hides_in_a_picture_is_neither_kept_nor_shown_as_a_page(
    target: Target, name: str
) -> None:
    own = target.api(target.world.requester)
    address = f"{V1}/people/{target.world.requester.person_id}/photo"
    given = polyglots(b"<script>alert(1)</script>")[name]
    own.client.put(address, data=given, headers=own.headers, content_type="image/png")
    answer = own.client.get(address, headers=own.headers)
    assert b"<script" not in answer.data
    if answer.status_code == 200:
        assert answer.content_type in {"image/jpeg", "image/png"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
