"""By whose word a plan is written into the register."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cmdb.errors import InvalidValue
from cmdb.records.items import Item
from cmdb.records.parties import Person
from cmdb.records.relations import Relation
from server.desk.changes import actions, queries
from server.desk.changes.actions import Decision, DeputyDraft, DifferenceDraft
from server.desk.changes.models import ChangeApproval
from server.desk.changes.rules.after import REGISTER
from server.desk.changes.rules.authority import Word, items_agreed, items_written, word_on
from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.permissions import Actor, Permission
from server.notify.models import Notification
from tests.server.desk.changes.planned import asked, scheduled
from tests.server.desk.estate import NOW, Estate


def _vendor(item_id: int, to: str = "Acme") -> DifferenceDraft:
    return DifferenceDraft("attribute", item_id, "vendor", to)


def _agreed(database: Database, estate: Estate, speaker: Actor) -> str:
    """Plan a vendor for the database server, which the agent owns, and let ``speaker`` agree."""
    manager = estate.world.change_manager
    held = (_vendor(estate.db),)
    reference = asked(database, estate, estate.db, author=manager, differences=held)
    with database.writing() as session:
        actions.decide(session, speaker, reference, Decision("approved"), NOW)
    return reference


def test_what_the_owner_agreed_to_is_written_by_who_may_not_change_the_item(
    database: Database, estate: Estate
) -> None:
    manager = estate.world.change_manager
    assert not manager.may(Permission.ITEM_WRITE)
    reference = _agreed(database, estate, estate.world.agent)
    with database.writing() as session:
        actions.apply_differences(session, manager, reference, NOW)
    with database.reading() as session:
        assert session.get_one(Item, estate.db).vendor == "Acme"
        said = session.scalars(select(AuditEntry).where(AuditEntry.act == "change_applied")).one()
        (approval,) = queries.approvals_of(session, manager, reference)
        assert said.detail["digest"] == approval.approval.digest
        assert said.detail["authority"] == [
            {"difference": 0, "by": "approval", "approvals": [approval.approval.id]}
        ]


def test_a_token_that_may_work_on_changes_writes_by_the_owners_word_too(
    database: Database, estate: Estate
) -> None:
    manager = estate.world.change_manager
    reference = _agreed(database, estate, estate.world.agent)
    scope = frozenset({Permission.CHANGE_READ, Permission.CHANGE_WRITE, Permission.ITEM_READ})
    token = Actor(manager.name, manager.person_id, grants=manager.grants, kind="token", scope=scope)
    with database.writing() as session:
        actions.apply_differences(session, token, reference, NOW)
        assert session.get_one(Item, estate.db).vendor == "Acme"


def test_a_deputy_of_the_owner_carries_the_owners_word(database: Database, estate: Estate) -> None:
    world = estate.world
    away = DeputyDraft(
        world.configuration_manager.person_id or 0, NOW - timedelta(1), NOW + timedelta(1)
    )
    with database.writing() as session:
        actions.name_deputy(session, world.agent, away, NOW)
    reference = _agreed(database, estate, world.configuration_manager)
    with database.writing() as session:
        (approval,) = session.scalars(select(ChangeApproval))
        assert (approval.spoke_as, approval.person_id) == ("deputy", world.agent.person_id)
        actions.apply_differences(session, world.change_manager, reference, NOW)


def test_a_deputy_whom_a_manager_named_decides_and_does_not_speak_for_the_item(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    deputy_id, owner_id = world.configuration_manager.person_id, world.agent.person_id
    away = DeputyDraft(deputy_id, NOW - timedelta(1), NOW + timedelta(1), owner_id)
    with database.writing() as session:
        actions.name_deputy(session, world.change_manager, away, NOW)
    reference = _agreed(database, estate, world.configuration_manager)
    with database.writing() as session:
        assert session.scalars(select(ChangeApproval.spoke_as)).all() == ["place"]
        with pytest.raises(InvalidValue):
            actions.apply_differences(session, world.change_manager, reference, NOW)


def test_who_sees_no_people_names_a_colleague_by_their_address(
    database: Database, estate: Estate
) -> None:
    asker = estate.world.requester
    assert not asker.may(Permission.PERSON_READ)
    places = (estate.world.root.id, estate.world.sales.id)
    elsewhere = next(one for one in places if one != asker.organisation_id)
    with database.writing() as session:
        near, far = (
            Person(
                display_name=name,
                name_key=name,
                email=f"{name}@example.org",
                email_key=f"{name}@example.org",
                organisation_id=place,
                created_at=NOW,
                updated_at=NOW,
            )
            for name, place in (
                ("near", asker.organisation_id),
                ("far", elsewhere),
            )
        )
        session.add_all((near, far))
        session.flush()
        for address, error in (("far@example.org", "email"), ("", "deputy_id")):
            draft = DeputyDraft(None, NOW, NOW + timedelta(1), email=address)
            with pytest.raises(InvalidValue, match=error):
                actions.name_deputy(session, asker, draft, NOW)
        draft = DeputyDraft(None, NOW, NOW + timedelta(1), email="Near@Example.org")
        named = actions.name_deputy(session, asker, draft, NOW)
        assert (named.deputy_id, named.by_themselves) == (near.id, True)


def test_deciding_in_the_owners_place_opens_nothing_and_the_step_is_handed_over(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    manager, able = world.change_manager, world.configuration_manager
    held = (_vendor(estate.db), _vendor(estate.app))
    reference = scheduled(database, estate, estate.db, estate.app, author=manager, differences=held)
    with database.reading() as session:
        change = queries.find_change(session, manager, reference)
        found = queries.authority_over(session, manager, change)
        assert found.lacking == tuple(sorted((estate.db, estate.app)))
        named = {person.id for person in queries.writers_for(session, manager, change)}
        assert able.person_id in named
        assert world.agent.person_id not in named
    person_id = world.requester.person_id or 0
    with pytest.raises(InvalidValue, match="person_id"), database.writing() as session:
        actions.hand_over_application(session, manager, reference, person_id, NOW)
    with database.writing() as session:
        actions.hand_over_application(session, manager, reference, able.person_id or 0, NOW)
    with database.writing() as session:
        change = queries.find_change(session, able, reference)
        (task,) = queries.tasks_on(session, change.id)
        assert (task.title, task.owner_id, task.done_at) == (REGISTER, able.person_id, None)
        told = select(Notification).where(Notification.kind == "change_handed")
        assert [one.person_id for one in session.scalars(told)] == [able.person_id]
        actions.apply_differences(session, able, reference, NOW)
        assert (task.done_at, task.done_by_id) == (NOW, able.person_id)


def test_the_owner_of_a_relations_far_end_is_asked_because_it_is_written_on(
    database: Database, estate: Estate
) -> None:
    """The application shall no longer live from the database server, which the agent owns."""
    world = estate.world
    held = (
        DifferenceDraft("unrelate", estate.app, "depends_on", other_id=estate.db),
        DifferenceDraft("relate", estate.laptop, "depends_on", other_id=estate.db),
    )
    with pytest.raises(InvalidValue, match="neither end"):
        asked(database, estate, estate.app, author=world.change_manager, differences=held)
    reference = asked(
        database, estate, estate.app, author=world.change_manager, differences=held[:1]
    )
    with database.reading() as session:
        (approval,) = session.scalars(select(ChangeApproval))
        assert approval.person_id == world.agent.person_id
        assert approval.why[0]["item_id"] == estate.db
        assert session.scalars(select(Relation).where(Relation.start_id == estate.app)).first()
        change = queries.find_change(session, world.change_manager, reference)
        # The end that is written, the application, has no owner: nobody speaks for it.
        found = queries.authority_over(session, world.change_manager, change)
        assert found.lacking == (estate.app,)


_OWNS = {"role": "owner", "of": "touched", "item_id": 7}


@pytest.mark.parametrize(
    ("decision", "spoke_as", "why", "expected"),
    [
        ("approved", "self", [_OWNS], {7}),
        ("approved", "deputy", [_OWNS, _OWNS | {"item_id": 8, "role": "approver"}], {7, 8}),
        # A manager in their place, an answer from before it was kept, a no.
        ("approved", "place", [_OWNS], set()),
        ("approved", "", [_OWNS], set()),
        ("rejected", "self", [_OWNS], set()),
        ("pending", "", [_OWNS], set()),
        # Whose service suffers, whose site it is and who decides by rule own nothing of the item.
        ("approved", "self", [_OWNS | {"of": "service"}], set()),
        ("approved", "self", [_OWNS | {"of": "place"}], set()),
        ("approved", "self", [{"role": "rule", "demand": "rule:1"}], set()),
        ("approved", "self", [{"role": "change_manager"}], set()),
    ],
)
def test_only_a_yes_of_somebody_who_speaks_for_the_item_counts_for_it(
    decision: str, spoke_as: str, why: list[dict[str, object]], expected: set[int]
) -> None:
    assert items_agreed(decision, spoke_as, why) == expected


@pytest.mark.parametrize(
    ("kind", "writable", "agreed", "expected"),
    [
        ("attribute", {1}, {}, Word("right")),
        ("attribute", set(), {1: [40, 41]}, Word("approval", (40, 41))),
        ("attribute", set(), {2: [40]}, Word("", (), (1,))),
        ("relate", {1, 2}, {1: [40]}, Word("right")),
        ("relate", {1}, {2: [40]}, Word("approval", (40,))),
        ("relate", {1}, {}, Word("", (), (2,))),
        ("relate", set(), {1: [40]}, Word("", (), (2,))),
        ("unrelate", set(), {1: [40]}, Word("approval", (40,))),
    ],
)
def test_a_line_is_written_by_right_or_by_the_word_of_everybody_it_changes(
    kind: str, writable: set[int], agreed: dict[int, list[int]], expected: Word
) -> None:
    assert word_on(items_written(kind, 1, 2), writable, agreed) == expected
