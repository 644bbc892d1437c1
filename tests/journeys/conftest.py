"""The whole site over the prepared company, served once for all journeys of a test process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.impacts.jobs import SWEEP_IMPACT
from server.wiring import JOBS, REACTIONS
from tests.journeys.company import Company, make_company
from tests.support.browser import NewPage
from tests.support.databases import DatabaseMaker
from tests.support.people import cookie_of
from tests.web.static.frame_site import serving
from web.site import create_site


@dataclass(frozen=True, slots=True)
class Served:
    """The site, where it is, what stands in it, and the database below."""

    app: Flask
    address: str
    company: Company
    database: Database


@pytest.fixture(scope="session")
def served(
    database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Serve the company on a free port of loopback, over SQLite."""
    settings = Settings(home=tmp_path_factory.mktemp("company"))
    database = Database(database_maker.prepared("sqlite"), REACTIONS)
    with database.writing() as session:
        company = make_company(session, settings, utc_now())
    # The page of risks shows what the nightly sweep found.
    JOBS[SWEEP_IMPACT].run(JobContext(database, settings, {}))
    app = create_site(settings, database)
    with serving(app) as address:
        yield Served(app, address, company, database)
    database.dispose()


class SignedIn:
    """Opens pages of people who have signed in already."""

    def __init__(self, served: Served, new_page: NewPage) -> None:
        self._served = served
        self._new_page = new_page

    def __call__(self, who: str, **options: Any) -> Page:
        """Return a page of ``who`` is meant by a word of the company ("en", "author")."""
        page = self._new_page(base_url=self._served.address, **options)
        with self._served.database.writing() as session:
            secret = cookie_of(session, self._served.company.people[who])
        page.context.add_cookies(
            [{"name": "cadastre", "value": secret, "url": self._served.address}]
        )
        return page


@pytest.fixture
def signed_in(served: Served, new_page: NewPage) -> SignedIn:
    """Return a maker of signed-in pages."""
    return SignedIn(served, new_page)
