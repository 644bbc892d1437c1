"""The site over the desk's small estate; an arrow points at what suffers.

san ──> db (agent) ──> app ──> orders (tier 0, change manager)
                  └──────────> reports (tier 2)
laptop (used by the requester)
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.desk.changes.actions import ChangeDraft, ChangeMove, draft_change, move_change
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate, make_estate
from tests.support.people import World
from tests.support.standing import standing
from tests.web.pages.conftest import Browser, Browsers


@pytest.fixture
def estate(database: Database) -> Estate:
    """Return the estate, written into `database` with its people."""
    return standing(database, make_estate)


@pytest.fixture
def world(estate: Estate) -> World:
    """Return the people of the estate."""
    return estate.world


@pytest.fixture
def agent(browser_of: Browsers, world: World) -> Browser:
    """Return the support agent's browser."""
    return browser_of(world.agent.person_id)


@pytest.fixture
def requester(browser_of: Browsers, world: World) -> Browser:
    """Return the requester's browser."""
    return browser_of(world.requester.person_id)


@pytest.fixture
def manager(browser_of: Browsers, world: World) -> Browser:
    """Return the change manager's browser; she owns Orders."""
    return browser_of(world.change_manager.person_id)


@pytest.fixture
def ticket(database: Database, estate: Estate) -> str:
    """Open an incident of the requester on the database server; return its reference."""
    return open_on(database, estate, estate.db)


@pytest.fixture
def elsewhere(database: Database, estate: Estate) -> str:
    """Open a ticket of the agent in Operations; return its reference."""
    with database.writing() as session:
        draft = TicketDraft("Of another department", affected_item_ids=(estate.app,))
        return open_ticket(session, estate.world.agent, draft, utc_now()).reference


def open_on(database: Database, estate: Estate, *item_ids: int, title: str = "Orders hang") -> str:
    """Open an incident of the requester; return its reference."""
    draft = TicketDraft(
        title,
        description="Since nine, see https://wiki.example.test/orders.",
        urgency="high",
        affected_item_ids=item_ids,
        requester_id=estate.world.requester.person_id,
    )
    with database.writing() as session:
        return open_ticket(session, estate.world.agent, draft, utc_now()).reference


@pytest.fixture
def change(database: Database, estate: Estate) -> str:
    """Draft a change of the agent on the storage, ready for approval; return its reference."""
    return plan_on(database, estate, estate.san)


def tomorrow(hours: int) -> datetime:
    """Return a moment of the day after, on the full hour."""
    whole = utc_now().replace(minute=0, second=0, microsecond=0)
    return whole.astimezone(UTC) + timedelta(days=1, hours=hours)


def plan_on(database: Database, estate: Estate, *item_ids: int, title: str = "Firmware") -> str:
    """Draft a change of the agent and take it to assessment; return its reference."""
    draft = ChangeDraft(
        title,
        implementation_plan="Install it.",
        back_out_plan="Install the old one.",
        item_ids=item_ids,
        window_start=tomorrow(0),
        window_end=tomorrow(2),
    )
    actor = estate.world.agent
    with database.writing() as session:
        made = draft_change(session, actor, draft, utc_now())
        move_change(session, actor, made.reference, ChangeMove("assessment"), utc_now())
        return made.reference


def hidden_field(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]
