from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from server.app import create_app
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.people.actions.roles import Holder, Scope, give_role
from server.wiring import REACTIONS
from tests.server.items.rest import Caller, Callers
from tests.support.people import BEGINNING, World, actor_of, make_person, make_world
from tests.support.sites import site_over
from tests.support.standing import standing


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, REACTIONS)
    yield opened
    opened.dispose()


@pytest.fixture
def world(database: Database) -> World:
    return standing(database, make_world)


@pytest.fixture
def app(database: Database, world: World, tmp_path: Path) -> Flask:
    return site_over(create_app, Settings(home=tmp_path), database)


@pytest.fixture
def local_manager(callers: Callers, database: Database, world: World) -> Caller:
    """Return a configuration manager of operations alone."""
    with database.writing() as session:
        person = make_person(session, world.operations, "Olga Operations")
        scope = Scope(world.operations.id)
        give_role(session, "configuration_manager", Holder(person_id=person.id), scope, BEGINNING)
        actor = actor_of(session, person.id)
    return callers.of(actor)


@pytest.fixture
def callers(app: Flask, database: Database, world: World) -> Callers:
    return Callers(app, database, world)
