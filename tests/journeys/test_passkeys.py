"""A passkey is made in a real browser, follows the password, and lets its owner in without one."""

from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
from playwright.sync_api import Page, expect

from server.foundation.database import Database
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.support.browser import NewPage
from tests.support.databases import DatabaseMaker
from tests.support.people import give_password, make_world
from tests.web.static.frame_site import serving_at
from web.site import create_site

_PASSWORD = "correct horse battery"


@pytest.fixture
def desk(database_maker: DatabaseMaker, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve the small world under a name; yield its address and somebody's login."""
    with socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    address = f"http://localhost:{port}"
    url = database_maker.prepared("sqlite")
    database = Database(url, REACTIONS)
    with database.writing() as session:
        world = make_world(session)
        login = give_password(session, world.agent.person_id or 0, _PASSWORD)
    site = create_site(Settings(home=tmp_path, public_url=address, job_threads=0), database)
    with serving_at(site, port):
        yield address, login
    database.dispose()
    database_maker.drop(url)


def test_a_passkey_follows_the_password_and_stands_in_for_it(
    desk: tuple[str, str], new_page: NewPage
) -> None:
    address, login = desk
    page = new_page(base_url=address)
    give_authenticator(page)
    type_password(page, login)
    page.goto("/account/passkeys")
    page.get_by_label("Name").fill("My telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes").first).to_be_visible()
    page.goto("/account/passkeys")
    expect(page.get_by_text("My telephone", exact=True)).to_be_visible()

    sign_out(page)
    type_password(page, login)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(f"{address}/")

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/")

    page.goto("/account/passkeys")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("No passkeys yet")).to_be_visible()
    sign_out(page)
    type_password(page, login)
    page.wait_for_url(f"{address}/")


def give_authenticator(page: Page) -> None:
    """Give the browser an authenticator that says who holds it, by the DevTools protocol."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def type_password(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def sign_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
