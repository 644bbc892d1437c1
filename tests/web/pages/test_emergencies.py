"""Rights that sleep, on pages: woken with a reason, seen by others, reviewed, proven genuine."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.people.actions.roles import Holder, Scope, give_role
from server.people.models import EmergencyUse, Passkey
from server.wiring import REACTIONS
from tests.server.command_line import Cadastre
from tests.support.people import BEGINNING, World, make_world
from tests.support.sites import site_over
from tests.web.pages.conftest import Browser, Browsers
from web.site import create_site

_WHY = "the core switch is down"


@pytest.fixture
def cadastre(settings: Settings, empty_database_url: str) -> Cadastre:
    """Return the installation of the site, for its command line."""
    return Cadastre(settings.home, {"database_url": empty_database_url})


@pytest.fixture
def database(cadastre: Cadastre) -> Iterator[Database]:
    """Yield a database that was migrated, as the command line wants it."""
    cadastre.succeed("migrate")
    database = Database(cadastre.url, REACTIONS)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    """Return the small world, written into the database."""
    with database.writing() as session:
        return make_world(session)


@pytest.fixture
def site(settings: Settings, database: Database, world: World) -> Flask:
    """Return the site over the small world."""
    return site_over(create_site, settings, database)


@pytest.fixture
def holder(browser_of: Browsers, database: Database, world: World) -> Browser:
    """Return the browser of a reader whose role of an administrator sleeps."""
    with database.writing() as session:
        scope = Scope(world.root.id, emergency=True)
        give_role(session, "administrator", Holder(world.reader.person_id), scope, BEGINNING)
    return browser_of(world.reader.person_id)


def _take(holder: Browser) -> None:
    page = holder.read("/account/emergency")
    found = re.search(r'name="grant_id".*?<option value="(\d+)"', page, re.DOTALL)
    assert found is not None, page
    holder.done("/account/emergency", grant_id=found[1], reason=_WHY, hours="1")


def test_the_glass_is_broken_seen_reviewed_and_its_record_is_genuine_on_page_and_command_line(
    holder: Browser,
    admin: Browser,
    database: Database,
    cadastre: Cadastre,
) -> None:
    assert holder.get("/administration/roles").status_code == 403
    assert "reason" in holder.post("/account/emergency", grant_id="1", reason="", hours="1").text
    _take(holder)
    holder.read("/administration/roles")
    page = admin.read("/administration/emergencies")
    assert _WHY in page
    assert "under way" in page
    with database.writing() as session:
        use_id = session.scalar(select(EmergencyUse.id))
        session.execute(update(EmergencyUse).values(ended_at=utc_now()))
    assert holder.get("/administration/roles").status_code == 403
    assert "to be reviewed" in admin.read("/administration/emergencies")
    # What was written is kept, and the fault stands below it.
    long = admin.post(f"/administration/emergencies/{use_id}/review", note="y" * 2001)
    assert long.status_code == 422
    assert f">{'y' * 2001}</textarea>" in long.text
    assert f'id="error-note-{use_id}">At most 2000 characters fit.' in long.text
    admin.done(f"/administration/emergencies/{use_id}/review", note="all right")
    page = admin.read("/administration/emergencies")
    assert "all right" in page
    assert "the signature does not fit" not in page
    listed = cadastre.succeed("emergency", "list")
    assert f"reviewed\tgenuine\t{_WHY}" in listed

    with database.writing() as session:
        later = utc_now() + timedelta(hours=9)
        session.execute(update(EmergencyUse).values(ends_at=later, reason="a fire"))
    assert "the signature does not fit" in admin.read("/administration/emergencies")
    outcome = cadastre.run("emergency", "list")
    assert outcome.code == 1
    assert "CHANGED\ta fire" in outcome.out


def test_a_role_for_emergencies_is_told_from_one_that_always_counts(
    holder: Browser, admin: Browser, cadastre: Cadastre, database: Database, world: World
) -> None:
    assert "Declare an emergency" in holder.read("/account/emergency")
    for person_id, marked in ((world.reader.person_id, True), (world.admin.person_id, False)):
        page = admin.read(f"/people/{person_id}")
        assert (">emergency<" in page[page.index("Give a role") :]) is marked
    assert world.reader.person_id is not None
    with database.writing() as session:
        session.add(
            Passkey(
                person_id=world.reader.person_id,
                name="Key on the ring",
                credential_hash="1",
                credential="",
                created_at=BEGINNING,
            )
        )
    rows = csv.DictReader(io.StringIO(cadastre.succeed("audit", "access-review")))
    told = {(row["login"], row["role"]): (row["emergency"], row["second_factor"]) for row in rows}
    assert told["rob", "administrator"] == ("yes", "yes")
    assert told["rob", "reader"] == ("no", "yes")
    assert told["ada", "administrator"] == ("no", "no")
