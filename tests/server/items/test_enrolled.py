"""What administrators see of agents: their organisations only, the longest silent first."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cmdb.errors import NotFound
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor
from server.items import enrolled
from server.items.enrolment import EnrolmentRequest, TokenDraft, create_token, enrol, revoke_token
from server.items.models import EnrolmentToken
from server.people.actions.roles import Holder, Scope, give_role
from tests.support.people import BEGINNING, World, actor_of, make_world

NOW = BEGINNING + timedelta(days=30)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    """Two agents in the root, enrolled a day apart, and one in Sales."""
    with database.writing() as session:
        world = make_world(session)
        for name, place, days in (
            ("first", world.root.id, 3),
            ("second", world.root.id, 2),
            ("till", world.sales.id, 1),
        ):
            draft = TokenDraft(name, place)
            token = create_token(session, world.admin, draft, NOW)
            wish = EnrolmentRequest(token, f"agent-of-{name}", name)
            enrol(session, wish, NOW - timedelta(days=days))
        return world


@pytest.fixture
def local(database: Database, world: World) -> Actor:
    """Somebody who administers Sales and nothing else."""
    assert world.outsider.person_id is not None
    with database.writing() as session:
        holder = Holder(person_id=world.outsider.person_id)
        give_role(session, "administrator", holder, Scope(world.sales.id), BEGINNING)
        return actor_of(session, world.outsider.person_id)


def _names(database: Database, actor: Actor, wanted: enrolled.AgentFilter) -> list[str]:
    with database.reading() as session:
        page = enrolled.list_agents(session, actor, wanted, PageRequest("heard"))
        return [agent.hostname for agent in page.rows]


def test_the_longest_silent_come_first_and_pages_continue(database: Database, world: World) -> None:
    assert _names(database, world.admin, enrolled.AgentFilter()) == ["first", "second", "till"]
    with database.reading() as session:
        everybody = enrolled.AgentFilter()
        page = enrolled.list_agents(session, world.admin, everybody, PageRequest("heard", limit=2))
        following = PageRequest("heard", page.next_cursor or "", 2)
        rest = enrolled.list_agents(session, world.admin, everybody, following)
    assert [agent.hostname for agent in rest.rows] == ["till"]


def test_an_agent_that_never_reported_counts_as_silent_since_it_enrolled(
    database: Database, world: World
) -> None:
    wanted = enrolled.AgentFilter(silent_before=NOW - timedelta(hours=36))
    assert _names(database, world.admin, wanted) == ["first", "second"]
    with database.reading() as session:
        assert enrolled.count_agents(session, world.admin, wanted) == 2


def test_names_are_found_in_any_case_and_signs_are_only_signs(
    database: Database, world: World
) -> None:
    assert _names(database, world.admin, enrolled.AgentFilter("SECO")) == ["second"]
    assert _names(database, world.admin, enrolled.AgentFilter("%")) == []


def test_who_administers_a_part_sees_that_part(database: Database, local: Actor) -> None:
    assert _names(database, local, enrolled.AgentFilter()) == ["till"]
    with database.reading() as session:
        assert [token.name for token in enrolled.usable_tokens(session, local, NOW)] == []
        with pytest.raises(NotFound):
            enrolled.agent(session, local, 1)


def test_without_the_right_nothing_is_told(database: Database, world: World) -> None:
    with database.reading() as session:
        with pytest.raises(PermissionDenied):
            enrolled.usable_tokens(session, world.reader, NOW)
        with pytest.raises(PermissionDenied):
            enrolled.enrolled_since(session, world.reader, world.root.id, NOW)
        assert enrolled.count_agents(session, world.reader, enrolled.AgentFilter()) == 0


def test_arrivals_are_those_of_one_organisation_since_a_moment(
    database: Database, world: World
) -> None:
    with database.reading() as session:
        since = NOW - timedelta(days=2, hours=1)
        found = enrolled.enrolled_since(session, world.admin, world.root.id, since)
    assert [agent.hostname for agent in found] == ["second"]


def test_tokens_that_are_used_up_over_or_revoked_are_gone(database: Database, world: World) -> None:
    with database.writing() as session:
        for name, uses in (("spare", 5), ("revoked", 5), ("endless", None)):
            create_token(session, world.admin, TokenDraft(name, world.root.id, uses), NOW)
        revoked = session.query(EnrolmentToken).filter_by(name="revoked").one()
        revoke_token(session, world.admin, revoked.id, NOW)
    with database.reading() as session:
        usable = [token.name for token in enrolled.usable_tokens(session, world.admin, NOW)]
        tomorrow = NOW + timedelta(days=2)
        assert usable == ["endless", "spare"]
        assert enrolled.usable_tokens(session, world.admin, tomorrow) == []
