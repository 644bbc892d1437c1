"""A SAML provider is added by hand, and lets somebody in: a real one, in a real browser.

For the browser the provider (``localhost``) and the desk (``127.0.0.1``) are two sites, so the
answer comes without our cookies, as it does outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.foundation.database import Database
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.support.browser import NewPage, PageFaults, accessibility_violations
from tests.support.databases import DatabaseMaker
from tests.support.people import cookie_of, make_world
from tests.support.processes import free_port
from tests.support.simplesaml import SimpleSaml, running_simplesaml
from tests.web.static.frame_site import serving_at
from web.site import create_site


@dataclass(frozen=True)
class Desk:
    """Where it is, and the cookie of its administrator."""

    address: str
    cookie: str


@pytest.fixture
def desk(database_maker: DatabaseMaker, tmp_path: Path) -> Iterator[Desk]:
    """Serve the small world."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    url = database_maker.prepared("sqlite")
    database = Database(url, REACTIONS)
    with database.writing() as session:
        cookie = cookie_of(session, make_world(session).admin.person_id or 0)
    settings = Settings(
        home=tmp_path, public_url=address, job_threads=0, web_networks="127.0.0.0/8, ::1/128"
    )
    with serving_at(create_site(settings, database), port):
        yield Desk(address, cookie)
    database.dispose()
    database_maker.drop(url)


@pytest.fixture(scope="module")
def provider() -> Iterator[SimpleSaml]:
    with running_simplesaml() as running:
        yield running


def test_a_provider_is_added_by_its_address_and_signs_somebody_in(
    desk: Desk, provider: SimpleSaml, new_page: NewPage, page_faults: PageFaults
) -> None:
    # The provider's own pages ask for a picture that it does not bring.
    page_faults.expect("status of 404")
    admin = new_page(base_url=desk.address)
    admin.context.add_cookies([{"name": "cadastre", "value": desk.cookie, "url": desk.address}])
    admin.goto("/administration/identity-providers")
    admin.get_by_role("link", name="Add a SAML provider").click()
    expect(admin.get_by_role("heading", name="Add a SAML provider")).to_be_visible()
    admin.get_by_label("Address of its metadata").fill(provider.metadata_url)
    admin.get_by_label("Name", exact=True).fill("Staff account")
    admin.get_by_label("Short name").fill("staff")
    admin.get_by_label("Vouches for").select_option(label="Example")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Now give the provider our metadata")).to_be_visible()
    assert accessibility_violations(admin) == []
    admin.get_by_label("Attribute that holds the log-in").fill("uid")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved.")).to_be_visible()
    published = admin.request.get("/sign-in/saml/staff/metadata")
    provider.knows(published.body())

    page = new_page(base_url=desk.address)
    page.goto("/sign-in?next=/account")
    page.get_by_role("link", name="Staff account").click()
    page.wait_for_url("**/loginuserpass.php**")
    page.locator("#username").fill("sam")
    page.locator("#password").fill("samuel")
    page.locator("#password").press("Enter")
    page.wait_for_url(f"{desk.address}/account")
    expect(page.get_by_role("heading", name="My profile")).to_be_visible()
    names = {cookie["name"] for cookie in page.context.cookies(desk.address)}
    assert "cadastre" in names
    assert "cadastre-round-trip" not in names
