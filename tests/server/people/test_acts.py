"""The record of acts, as those who hold the whole tree may read it."""

import pytest

from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied
from server.foundation.paging import PageRequest
from server.people.actions.roles import Holder, Scope, give_role
from server.people.queries.acts import ActFilter, kinds_of_acts, list_acts
from tests.support.people import BEGINNING, World, actor_of


def _acts(database: Database, world: World, wanted: ActFilter) -> list[str]:
    with database.reading() as session:
        return [row.act for row in list_acts(session, world.admin, wanted, PageRequest()).rows]


def test_acts_come_latest_first_page_by_page(database: Database, world: World) -> None:
    for number in range(5):
        with database.writing() as session:
            record(session, world.admin, f"act_{number}", "person:1")
    with database.reading() as session:
        first = list_acts(session, world.admin, ActFilter(), PageRequest(limit=3))
        following = PageRequest(cursor=first.next_cursor or "", limit=3)
        rest = list_acts(session, world.admin, ActFilter(), following)
    told = [row.act for row in (*first.rows, *rest.rows)]
    assert told == ["act_4", "act_3", "act_2", "act_1", "act_0"]


def test_acts_are_narrowed_by_what_who_and_to_what(database: Database, world: World) -> None:
    with database.writing() as session:
        record(session, world.admin, "given", "person:1")
        record(session, world.agent, "taken", "person:2")
    assert _acts(database, world, ActFilter(act="given")) == ["given"]
    assert _acts(database, world, ActFilter(person_id=world.agent.person_id)) == ["taken"]
    assert _acts(database, world, ActFilter(subject="person:2")) == ["taken"]
    with database.reading() as session:
        assert kinds_of_acts(session, world.admin) == ["given", "taken"]


def test_who_holds_a_part_of_the_tree_reads_none_of_it(database: Database, world: World) -> None:
    assert world.outsider.person_id is not None
    with database.writing() as session:
        holder = Holder(person_id=world.outsider.person_id)
        give_role(session, "administrator", holder, Scope(world.sales.id), BEGINNING)
        local = actor_of(session, world.outsider.person_id)
    with database.reading() as session:
        with pytest.raises(PermissionDenied):
            list_acts(session, local, ActFilter(), PageRequest())
        with pytest.raises(PermissionDenied):
            kinds_of_acts(session, world.reader)
