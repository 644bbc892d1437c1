"""Two machines that talk: the assistant proposes, a person ticks, and a no stays a no."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cmdb.observation import Identifier
from cmdb.vocabulary import FQDN
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.journeys.looking import DESK, PHONE
from tests.server.items.deriving_estate import Estate, call, card, listener
from tests.support.browser import NewPage
from tests.support.databases import DatabaseMaker
from tests.support.people import World, cookie_of, make_world
from tests.support.sites import site_over
from tests.web.static.frame_site import serving
from web.site import create_site


@dataclass(frozen=True, slots=True)
class Installation:
    """A site over an estate that goes on reporting while a person looks at it."""

    address: str
    database: Database
    world: World
    estate: Estate

    def web_reports(self, *calls: str) -> None:
        """Let web-1 report that it talks to these addresses, and look at what follows."""
        self.estate.machine(
            "web-1",
            identifiers=(Identifier(FQDN, "orders.example.test"),),
            interfaces=[card("18:66:da:00:00:01", "192.0.2.1")],
            listeners=[listener(443, "nginx")],
            connections=[call(address, 5432) for address in calls],
        )
        self.estate.derive()

    def db_reports(self, number: int) -> None:
        """Let a database's host report."""
        self.estate.machine(
            f"db-{number}",
            interfaces=[card(f"18:66:da:00:02:0{number}", f"192.0.2.2{number}")],
            listeners=[listener(5432, "postgres")],
        )


@pytest.fixture
def installation(
    database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Serve a new installation with two machines that talk."""
    home: Path = tmp_path_factory.mktemp("talking")
    database = Database(database_maker.prepared("sqlite"), REACTIONS)
    with database.writing() as session:
        world = make_world(session)
    site = site_over(create_site, Settings(home=home), database)
    with serving(site) as address:
        found = Installation(address, database, world, Estate(database, world, home))
        found.db_reports(1)
        found.web_reports("192.0.2.21")
        yield found
    database.dispose()


@pytest.fixture
def page(new_page: NewPage, installation: Installation) -> Page:
    """Return a page of a configuration manager who has signed in."""
    found = new_page(base_url=installation.address, viewport=DESK, reduced_motion="reduce")
    person_id = installation.world.configuration_manager.person_id
    assert person_id is not None
    with installation.database.writing() as session:
        secret = cookie_of(session, person_id)
    cookie = {"name": "cadastre", "value": secret, "url": installation.address}
    found.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain mapping will do
    return found


def test_a_service_is_drawn_from_its_url_and_falls_with_the_database_that_was_ticked(
    page: Page, installation: Installation
) -> None:
    began = utc_now()
    draw(page)
    assert (utc_now() - began).total_seconds() < 120, "a person has two minutes"
    page.goto("/items?q=db-1")
    page.get_by_role("link", name="db-1").click()
    tabs = page.get_by_role("navigation", name="Parts of this item")
    tabs.get_by_role("link", name=re.compile("Impact")).click()
    row = page.get_by_role("row", name=re.compile("Orders"))
    expect(row).to_contain_text(re.compile("down", re.IGNORECASE))


def draw(page: Page, *, tick: bool = True) -> None:
    """Go from an address to a service; the database is proposed, and ticked if asked for."""
    page.goto("/services/new")
    page.get_by_label("Address").fill("https://orders.example.test/basket")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Listening port")).to_contain_text("443/tcp nginx")
    page.get_by_label("Name", exact=True).fill("Orders")
    box = page.get_by_role("checkbox", name=re.compile("^db-1"))
    expect(box).not_to_be_checked()
    expect(page.locator(".member")).to_contain_text("app → port 5432 (postgres)")
    if tick:
        box.check()
    page.get_by_role("button", name="Draw the service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")


def test_what_is_found_later_is_proposed_with_a_badge_and_what_was_left_out_is_not(
    page: Page, installation: Installation
) -> None:
    draw(page, tick=False)
    page.goto("/services")
    expect(page.get_by_text("proposed")).to_have_count(0)
    installation.db_reports(2)
    installation.web_reports("192.0.2.21", "192.0.2.22")
    page.reload()
    page.get_by_role("link", name="1 proposed").click()
    found = page.get_by_role("heading", name="Found since").locator("xpath=ancestor::section")
    expect(found).to_contain_text("db-2")
    expect(found).not_to_contain_text("db-1")
    expect(page.get_by_role("checkbox", name=re.compile("^db-1"))).not_to_be_checked()
    page.get_by_role("checkbox", name=re.compile("^db-2")).check()
    page.get_by_role("button", name="Save the members").click()
    expect(page.get_by_text("The members are as you ticked them.")).to_be_visible()
    page.goto("/services")
    expect(page.get_by_text("proposed")).to_have_count(0)


def test_a_rejected_relation_stays_rejected_after_the_next_report_until_it_is_taken_back(
    page: Page, installation: Installation
) -> None:
    page.goto("/items?q=web-1")
    page.get_by_role("link", name="web-1").click()
    tabs = page.get_by_role("navigation", name="Parts of this item")
    tabs.get_by_role("link", name=re.compile("Relations")).click()
    page.locator("td details.why summary").click()
    expect(page.locator("td .why-body")).to_contain_text("Talks to a listener, sure to 80 %")
    page.get_by_role("button", name="Reject", exact=True).click()
    page.locator("dialog[open]").get_by_role("button").last.click()
    expect(page.get_by_text("It is not derived again.")).to_be_visible()
    installation.web_reports("192.0.2.21")
    page.reload()
    expect(page.get_by_text("Nothing is related to this item")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("td details.why summary")).to_be_visible()


def test_a_service_is_drawn_on_a_phone_with_the_keyboard_alone(
    page: Page, installation: Installation
) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/services/new")
    expect(page.get_by_label("Address", exact=True)).to_be_focused()
    page.keyboard.type("192.0.2.1:443")
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/new?entry=*")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Orders")
    box = page.get_by_role("checkbox", name=re.compile("^db-1"))
    for _ in range(20):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
