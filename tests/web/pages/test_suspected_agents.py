"""Which agents somebody should look at: in trouble, of another version, perhaps a duplicate."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier, Observation, Origin
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import AGENT, AGENT_ID, LOCAL_MAC, NAME, SERVER
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.health.models import HealthOfItem
from server.items.models import Agent
from tests.support.people import World
from tests.web.pages.conftest import Browser
from tests.web.pages.registers import add_item
from web.agent_archive import agent_archive

AGENTS = "/administration/agents"


def enrolled(database: Database, world: World, name: str, item_id: int | None = None) -> int:
    with database.writing() as session:
        made = Agent(
            agent_id=f"agent-of-{name}",
            key_hash=name.encode().ljust(32, b"."),
            organisation_id=world.root.id,
            hostname=name,
            version="0.0.1",
            item_id=item_id,
            enrolled_at=utc_now() - timedelta(days=2),
            last_report_at=utc_now(),
            problems={},
        )
        session.add(made)
        session.flush()
        return made.id


def item(database: Database, world: World, name: str) -> int:
    with database.writing() as session:
        return add_item(session, world.root.id, name)


def heard(database: Database, world: World, name: str, *evidence: Identifier) -> int | None:
    """Let an agent tell of a machine; return the item, None where a person is asked."""
    seen = Observation(
        origin=Origin(AGENT, f"agent-of-{name}"),
        class_code=SERVER,
        organisation_id=world.root.id,
        observed_at=utc_now(),
        identifiers=evidence,
        values={"name": name},
    )
    with database.writing() as session:
        return Inventory(session, utc_now()).record(seen).item_id


def listed(admin: Browser, shown: str) -> set[str]:
    page = admin.read(f"{AGENTS}?show={shown}").partition('id="list"')[2]
    names = {"plain-01", "trouble-01", "twin-01", "twin-02", "asked-01", "copied-01"}
    return {name for name in names if f">{name}<" in page}


@pytest.fixture
def plain(database: Database, world: World) -> int:
    return enrolled(database, world, "plain-01", item(database, world, "plain-01"))


def test_agents_with_problems_and_of_another_version_can_be_listed(
    admin: Browser, database: Database, world: World, plain: int
) -> None:
    packed, troubled = agent_archive(), enrolled(database, world, "trouble-01")
    assert packed is not None
    with database.writing() as session:
        session.get_one(Agent, troubled).problems = {"software": "dpkg did not answer"}
        session.get_one(Agent, plain).version = packed.version
    assert listed(admin, "problems") == {"trouble-01"}
    assert "without: Software" in admin.read(AGENTS)
    assert listed(admin, "outdated") == {"trouble-01"}
    admin.done(f"{AGENTS}/report-now", show="problems", q="")
    with database.reading() as session:
        assert session.get_one(Agent, plain).wanted_at is None
        assert session.get_one(Agent, troubled).wanted_at is not None


def test_agents_of_one_version_can_be_listed_and_asked(
    admin: Browser, database: Database, world: World, plain: int
) -> None:
    newer = enrolled(database, world, "twin-01")
    with database.writing() as session:
        session.get_one(Agent, newer).version = "0.0.2"
    assert listed(admin, "&version=0.0.2") == {"twin-01"}
    assert listed(admin, "problems&version=0.0.2") == set()
    # A version in the list leads to those that have it.
    assert f'href="{AGENTS}?version=0.0.2"' in admin.read(AGENTS)
    admin.done(f"{AGENTS}/report-now", show="", q="", version="0.0.2")
    with database.reading() as session:
        assert session.get_one(Agent, plain).wanted_at is None
        assert session.get_one(Agent, newer).wanted_at is not None


@pytest.mark.usefixtures("plain")
def test_two_agents_that_report_one_item_are_suspects(
    admin: Browser, database: Database, world: World
) -> None:
    item_id = item(database, world, "twin")
    first = enrolled(database, world, "twin-01", item_id)
    second = enrolled(database, world, "twin-02", item_id)
    assert listed(admin, "suspect") == {"twin-01", "twin-02"}
    page = admin.read(f"{AGENTS}/{first}")
    assert "Other agents of its kind report the same item." in page
    assert f"{AGENTS}/{second}" in page
    admin.done(f"{AGENTS}/{second}/revoke")
    assert listed(admin, "suspect") == set()


@pytest.mark.usefixtures("plain")
def test_an_agent_of_whose_machine_a_question_waits_is_a_suspect(
    admin: Browser, database: Database, world: World
) -> None:
    alike = (Identifier(LOCAL_MAC, "02:42:ac:11:00:02"), Identifier(NAME, "box"))
    assert heard(database, world, "first-01", *alike) is not None
    assert heard(database, world, "asked-01", *alike) is None
    number = enrolled(database, world, "asked-01")
    assert listed(admin, "suspect") == {"asked-01"}
    assert "/reviews/1" in admin.read(f"{AGENTS}/{number}")
    question = admin.read("/reviews/1")
    assert "MAC made up in software" in question
    assert "nothing proves it, but a name and an address made up in software are" in question


@pytest.mark.usefixtures("plain")
def test_a_key_that_several_machines_use_makes_a_suspect(
    admin: Browser, database: Database, world: World
) -> None:
    item_id = heard(database, world, "copied-01", Identifier(AGENT_ID, "agent-of-copied-01"))
    other = heard(database, world, "other-01", Identifier(AGENT_ID, "agent-of-other-01"))
    enrolled(database, world, "copied-01", item_id)
    assert listed(admin, "suspect") == set()
    with database.writing() as session:
        alias = update(ItemSource).where(ItemSource.item_id == other)
        session.execute(alias.values(key="agent-of-copied-01~0a0b0c0d"))
    assert listed(admin, "suspect") == {"copied-01"}
    # The agent on the copy was enrolled anew, and has spoken with a key of its own since.
    assert heard(database, world, "other-01", Identifier(AGENT_ID, "agent-of-other-01")) == other
    assert listed(admin, "suspect") == set()


@pytest.mark.usefixtures("plain")
def test_an_agent_whose_item_looks_like_another_is_a_suspect(
    admin: Browser, database: Database, world: World
) -> None:
    item_id = item(database, world, "twin")
    number = enrolled(database, world, "twin-01", item_id)
    counts = ("missing_required", "missing_recommended", "stale_relations", "claims")
    none = dict.fromkeys((*counts, "confirmed", "contradicted"), 0)
    flags = dict.fromkeys(("stale", "orphan", "ownerless"), False)
    with database.writing() as session:
        session.add(HealthOfItem(item_id=item_id, twins=1, **none, **flags))
    assert listed(admin, "suspect") == {"twin-01"}
    assert "Its item looks like another one." in admin.read(f"{AGENTS}/{number}")
