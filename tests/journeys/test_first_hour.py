"""The first hour of a newcomer: from the one-time password to a ticket that says who suffers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.items.queries import get_item
from server.people.actions.installation import FirstAdministrator, create_first_administrator
from server.wiring import REACTIONS
from tests.journeys.this_machine import OLD_VERSION, report_this_machine
from tests.support.browser import NewPage
from tests.support.databases import DatabaseMaker
from tests.support.people import actor_of
from tests.support.sites import site_over
from tests.web.static.frame_site import serving
from web.site import create_site

OWN_PASSWORD = "fourteen quiet herons"


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation as `make run` leaves it: one log-in, and the machine it runs on."""

    address: str
    administrator: FirstAdministrator
    machine: str


@pytest.fixture
def installation(
    database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Serve a new installation on a free port of loopback."""
    database = Database(database_maker.prepared("sqlite"), REACTIONS)
    with database.writing() as session:
        first = create_first_administrator(session, "My organisation", utc_now())
        actor = actor_of(session, first.person_id)
        item_id = report_this_machine(session, actor, first.organisation_id, utc_now())
        name = get_item(session, actor, item_id).name
    settings = Settings(home=tmp_path_factory.mktemp("installation"))
    with serving(site_over(create_site, settings, database)) as address:
        yield Installation(address, first, name)
    database.dispose()


def test_a_newcomer_gets_from_the_first_sign_in_to_a_resolved_ticket(
    new_page: NewPage, installation: Installation
) -> None:
    page = new_page(viewport={"width": 1366, "height": 768}, base_url=installation.address)
    sign_in_for_the_first_time(page, installation.administrator)
    find_the_machine(page, installation.machine)
    read_every_tab(page)
    draw_a_service(page, installation.machine)
    open_a_ticket(page, installation.machine)
    read_what_it_touches(page, installation.machine)
    resolve(page)
    # The server stops after this: what the page still asks for would find nobody.
    page.wait_for_load_state("networkidle")


def sign_in_for_the_first_time(page: Page, who: FirstAdministrator) -> None:
    """The one-time password opens nothing but the choice of one's own."""
    page.goto("/items")
    page.get_by_label("Login").fill(who.login)
    page.get_by_label("Password", exact=True).fill(who.one_time_password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/password")
    page.goto("/items")
    page.wait_for_url("**/account/password")
    page.locator("[name=current]").fill(who.one_time_password)
    page.locator("[name=new]").fill(OWN_PASSWORD)
    page.locator("[name=again]").fill(OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()


def find_the_machine(page: Page, name: str) -> None:
    """It is in the list without anybody having typed it in."""
    page.get_by_role("link", name="Items", exact=True).click()
    row = page.get_by_role("row", name=name)
    expect(row).to_contain_text("min ago")
    row.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def read_every_tab(page: Page) -> None:
    """Facts with their source, software, addresses, and what was discovered to have changed."""
    expect(page.locator("#content")).to_contain_text("agent")
    tabs = page.get_by_role("navigation", name="Parts of this item")
    for tab, shown in (
        ("Software", "deb"),
        ("Network", "lo"),
        ("Relations", "Nothing"),
        ("Impact", "Nothing else suffers"),
        ("History", OLD_VERSION),
        ("Tickets", "No tickets on this item"),
    ):
        tabs.get_by_role("link", name=re.compile(tab)).click()
        expect(page.locator("#content")).to_contain_text(shown)


def draw_a_service(page: Page, machine: str) -> None:
    """Name, criticality, a tick: from now on impact speaks of it."""
    page.get_by_role("link", name="New service").click()
    page.get_by_label("Name").fill("Orders")
    page.get_by_label("Criticality").select_option(label="tier 0: the company stops")
    expect(page.get_by_label(re.compile(machine))).to_be_checked()
    page.get_by_role("button", name="Draw the service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    expect(page.locator("table")).to_contain_text(machine)


def open_a_ticket(page: Page, machine: str) -> None:
    """The graph says what would suffer before the ticket is open."""
    page.locator("table").get_by_role("link", name=machine).first.click()
    page.get_by_role("link", name="Open a ticket").first.click()
    expect(page.locator("#preview")).to_contain_text("Orders")
    page.get_by_label("In one sentence").fill("The orders page is slow")
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_url("**/tickets/INC-*")


def read_what_it_touches(page: Page, machine: str) -> None:
    """What is hit and whose it is, who suffers along which path, and what changed before."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("The orders page is slow")
    affected = page.get_by_role("region", name="Affected")
    expect(affected).to_contain_text(machine)
    expect(affected).to_contain_text("no owner")
    suffers = page.get_by_role("region", name="Suffers")
    expect(suffers).to_contain_text("Orders")
    suffers.get_by_text("why").click()
    path = suffers.locator(".why-body")
    expect(path).to_contain_text(machine)
    expect(path).to_contain_text("Orders")
    before = page.get_by_role("region", name="Changed before")
    expect(before).to_contain_text(OLD_VERSION)
    expect(before).to_contain_text("before")


def resolve(page: Page) -> None:
    """It is taken, resolved with a sentence, and says so."""
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_text("The ticket is yours now.")).to_be_visible()
    page.locator(".state-menu").click()
    page.get_by_role("button", name=re.compile("progress", re.IGNORECASE)).click()
    page.locator(".state-menu").click()
    page.get_by_role("link", name=re.compile("Resolved")).click()
    page.get_by_label("How it was resolved").select_option(index=1)
    page.locator("#act").get_by_label("What was done").fill("The package was rolled back.")
    page.locator("#act").get_by_role("button", name="Resolved").click()
    expect(page.locator(".state-menu")).to_contain_text("Resolved")
    expect(page.get_by_role("region", name="Conversation").first).to_contain_text("Resolved")
