"""Who approves: quorums by rule, deputies, time that runs out, links that work once, boards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.records.parties import Membership
from server.desk.changes import actions, queries
from server.desk.changes.actions import Decision, DeputyDraft, MeetingDraft, RuleDraft
from server.desk.changes.actions.escalating import escalate_overdue
from server.desk.changes.actions.linking import LIFETIME, invite
from server.desk.changes.models import ChangeApproval
from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied, SegregationOfDuties
from server.foundation.jobs.models import Job
from server.foundation.permissions import Actor, Permission
from server.foundation.signing import Signer
from server.people.actions.emergencies import EmergencyDraft, take_emergency
from server.people.actions.roles import Holder, Scope, give_role
from server.people.authentication import load_actor
from tests.server.desk.changes.planned import asked
from tests.server.desk.estate import NOW, Estate
from tests.support.people import actor_of, make_group, make_person

#: Deputies stand in by the clock of whoever looks.
TODAY = datetime.now(UTC)


def board_of(database: Database, estate: Estate, size: int, **rule: object) -> list[Actor]:
    """Appoint a board of so many that hears every change; return its members."""
    with database.writing() as session:
        group = make_group(session, estate.world.root, "Board")
        people = [
            make_person(session, estate.world.root, f"Member{number} Board")
            for number in range(size)
        ]
        session.add_all(Membership(person_id=one.id, group_id=group.id) for one in people)
        session.flush()
        draft = RuleDraft("Board", estate.world.root.id, group_id=group.id, is_board=True, **rule)  # type: ignore[arg-type]
        actions.add_rule(session, estate.world.admin, draft, NOW)
        found = [load_actor(session, one.id) for one in people]
    return [one for one in found if one is not None]


def say(database: Database, actor: Actor, reference: str, word: str = "approved") -> str:
    with database.writing() as session:
        said = Decision(word, comment="Because")
        return actions.decide(session, actor, reference, said, NOW).state


def test_two_of_three_of_a_board_and_every_owner_must_agree(
    database: Database, estate: Estate
) -> None:
    first, second, third = board_of(database, estate, 3, quorum="at_least", number=2)
    reference = asked(database, estate, estate.app)
    assert say(database, first, reference) == "approval"
    assert say(database, second, reference, "rejected") == "approval"
    assert say(database, third, reference) == "approval"
    assert say(database, estate.world.change_manager, reference) == "scheduled"


def test_a_board_that_can_no_longer_agree_rejects(database: Database, estate: Estate) -> None:
    first, second, _third = board_of(database, estate, 3, quorum="percent", number=60)
    reference = asked(database, estate, estate.app)
    assert say(database, first, reference, "rejected") == "approval"
    assert say(database, second, reference, "rejected") == "rejected"


def test_a_rule_hears_only_what_it_is_about(database: Database, estate: Estate) -> None:
    board_of(database, estate, 2, quorum="any", class_code="storage_array", min_risk=20)
    with database.reading() as session:
        agent = estate.world.agent
        plans = [queries.Plan([item], estate.world.root.id) for item in (estate.san, estate.app)]
        heard = [
            [demand.name for demand in queries.preview(session, agent, plan).demands]
            for plan in plans
        ]
    assert heard == [["Board"], []]


def test_author_and_implementer_are_no_part_of_a_quorum(database: Database, estate: Estate) -> None:
    first, second = board_of(database, estate, 2, quorum="at_least", number=2)
    with pytest.raises(Conflict, match="asks 2 to agree, but only 1"):
        asked(database, estate, estate.app, implementer_id=first.person_id)
    reference = asked(database, estate, estate.app)
    with database.writing() as session:
        change = queries.find_change(session, estate.world.admin, reference)
        change.implementer_id = second.person_id
    with pytest.raises(SegregationOfDuties):
        say(database, second, reference)


def test_a_deputy_answers_while_somebody_is_away_and_not_after(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    reference = asked(database, estate, estate.app)
    with pytest.raises(PermissionDenied):
        say(database, world.configuration_manager, reference)
    with database.writing() as session:
        away = DeputyDraft(
            world.configuration_manager.person_id or 0, NOW, TODAY + timedelta(days=1)
        )
        deputy = actions.name_deputy(session, world.change_manager, away, NOW)
        oneself = DeputyDraft(world.agent.person_id or 0, NOW, TODAY + timedelta(days=1))
        with pytest.raises(InvalidValue, match="deputy_id"):
            actions.name_deputy(session, world.agent, oneself, NOW)
        waiting = queries.ChangeFilter(waiting=True)
        assert queries.count_changes(session, world.configuration_manager, waiting) == 1
    with database.writing() as session:
        actions.dismiss_deputy(session, world.change_manager, deputy.id)
    with pytest.raises(PermissionDenied):
        say(database, world.configuration_manager, reference)


def test_what_is_not_answered_in_time_comes_to_the_change_managers_and_is_never_approved_by_silence(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    (member,) = board_of(database, estate, 1, quorum="all", hours=4)
    reference = asked(database, estate, estate.laptop)
    with pytest.raises(InvalidValue, match="you were not asked"):
        say(database, world.change_manager, reference)
    with database.writing() as session:
        assert escalate_overdue(session, NOW + timedelta(hours=3)) == 0
        assert escalate_overdue(session, NOW + timedelta(hours=4)) == 1
        assert escalate_overdue(session, NOW + timedelta(hours=5)) == 0
    with database.reading() as session:
        row = session.scalars(select(ChangeApproval)).one()
        assert (row.decision, row.person_id) == ("pending", member.person_id)
    assert say(database, world.change_manager, reference) == "scheduled"


def test_a_link_decides_once_and_only_about_what_it_was_made_for(
    database: Database, estate: Estate
) -> None:
    reference = asked(database, estate, estate.app)
    with database.writing() as session:
        change = queries.find_change(session, estate.world.agent, reference)
        (made,) = invite(session, change.id, NOW)
        assert made.secret not in repr(made)
    approved = Decision("approved")
    with database.writing() as session:
        assert actions.open_link(session, made.secret, NOW).actor.name == "Chloe Changes"
        with pytest.raises(NotFound):
            actions.open_link(session, made.secret + "x", NOW)
        with pytest.raises(Conflict, match="expired"):
            actions.decide_by_link(session, made.secret, approved, NOW + LIFETIME)
        decided = actions.decide_by_link(session, made.secret, approved, NOW)
        assert decided.state == "scheduled"
        with pytest.raises(Conflict, match="has been used"):
            actions.decide_by_link(session, made.secret, approved, NOW)
        said = select(AuditEntry).where(AuditEntry.act == "change_approved")
    with database.reading() as session:
        entry = session.scalars(said).one()
        assert (entry.detail["way"], entry.person_id) == (
            "link",
            estate.world.change_manager.person_id,
        )


def test_a_link_made_before_an_edit_or_before_a_newer_one_is_dead(
    database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    reference = asked(database, estate, estate.app)
    with database.writing() as session:
        change = queries.find_change(session, agent, reference)
        (old,) = invite(session, change.id, NOW)
        (new,) = invite(session, change.id, NOW)
        with pytest.raises(Conflict, match="expired"):
            actions.open_link(session, old.secret, NOW)
        actions.edit_change(session, agent, reference, {"test_plan": "Look"}, NOW)
        with pytest.raises(Conflict, match="edited or decided since"):
            actions.open_link(session, new.secret, NOW)


def test_a_link_of_somebody_who_left_the_group_decides_nothing(
    database: Database, estate: Estate
) -> None:
    first, _second = board_of(database, estate, 2, quorum="any")
    reference = asked(database, estate, estate.laptop)
    with database.writing() as session:
        change = queries.find_change(session, estate.world.admin, reference)
        links = {one.person_id: one.secret for one in invite(session, change.id, NOW)}
        session.execute(delete(Membership).where(Membership.person_id == first.person_id))
        with pytest.raises(Conflict, match="no longer yours"):
            actions.decide_by_link(
                session, links.pop(first.person_id or 0), Decision("approved"), NOW
            )
        (left,) = links.values()
        decided = actions.decide_by_link(session, left, Decision("approved"), NOW)
        assert decided.state == "scheduled"


def test_an_administrator_approves_nothing_of_their_own_at_a_meeting_either(
    database: Database, estate: Estate
) -> None:
    admin = estate.world.admin
    own, slot = asked_by(database, estate, admin)
    with database.writing() as session:
        change = queries.find_change(session, admin, own)
        assert admin.person_id not in {one.person_id for one in invite(session, change.id, NOW)}
        draft = MeetingDraft("Board", NOW + timedelta(days=1))
        meeting = actions.call_meeting(session, admin, draft, NOW)
        actions.put_on_agenda(session, admin, meeting.id, [own])
        given = Decision("approved", approval_id=slot)
        with pytest.raises(SegregationOfDuties):
            actions.decide_point(session, admin, meeting.id, own, given, NOW)
        (row,) = actions.decide_many(session, admin, [(own, "")], Decision("approved"), NOW)
        assert isinstance(row.error, SegregationOfDuties)


def test_whoever_is_asked_is_written_to_after_the_request(
    database: Database, estate: Estate
) -> None:
    asked(database, estate, estate.app)
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "changes.invite")).one()
        assert job.payload == {"change_id": 1}


def test_a_meeting_decides_point_by_point_and_its_minutes_close(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    board_of(database, estate, 2, quorum="any")
    reference = asked(database, estate, estate.laptop)
    with database.writing() as session:
        (slot,) = queries.approvals_of(session, world.admin, reference)
        draft = MeetingDraft("Board", NOW + timedelta(days=1))
        meeting = actions.call_meeting(session, world.change_manager, draft, NOW)
        actions.put_on_agenda(session, world.change_manager, meeting.id, [reference, reference])
        given = Decision("approved", "All agreed", approval_id=slot.approval.id)
        manager = world.change_manager
        change = actions.decide_point(session, manager, meeting.id, reference, given, NOW)
        assert change.state == "scheduled"
        (row,) = queries.agenda_of(session, manager, meeting.id)
        assert (row.point.decision, row.point.seen) == ("approved", change.digest)
        with pytest.raises(Conflict, match="decided at the meeting"):
            actions.take_off_agenda(session, manager, meeting.id, reference)
        actions.write_minutes(session, manager, meeting.id, "We met.", NOW, close=True)
        with pytest.raises(Conflict, match="closed"):
            actions.write_minutes(session, manager, meeting.id, "We did not.", NOW, close=False)


def test_many_are_answered_each_for_itself(database: Database, estate: Estate) -> None:
    world = estate.world
    good = asked(database, estate, estate.app)
    own = asked(database, estate, estate.app, author=world.change_manager, kind="emergency")
    with database.writing() as session:
        digest = queries.find_change(session, world.admin, good).digest
        named = [(good, digest), (own, ""), ("CHG-99", ""), (good, "")]
        rows = actions.decide_many(session, world.change_manager, named, Decision("approved"), NOW)
    told = [(row.reference, row.state, type(row.error).__name__) for row in rows]
    assert told == [
        (good, "scheduled", "NoneType"),
        (own, "", "SegregationOfDuties"),
        ("CHG-99", "", "NotFound"),
        (good, "", "IllegalMove"),
    ]


def test_who_broke_the_glass_still_approves_nothing_of_their_own(
    database: Database, estate: Estate, tmp_path: Path
) -> None:
    world = estate.world
    with database.writing() as session:
        scope = Scope(world.root.id, emergency=True)
        holder = Holder(person_id=world.agent.person_id)
        grant_id = give_role(session, "administrator", holder, scope, NOW).id
        draft = EmergencyDraft("the storage array is down", 2)
        signer = Signer(tmp_path / "signing.key")
        take_emergency(session, world.agent, signer, grant_id, draft, TODAY)
    with database.reading() as session:
        rescuer = actor_of(session, world.agent.person_id or 0)
    assert rescuer.may(Permission.CHANGE_APPROVE)
    own, slot = asked_by(database, estate, rescuer)
    for said in (Decision("approved"), Decision("approved", approval_id=slot)):
        with pytest.raises(SegregationOfDuties), database.writing() as session:
            actions.decide(session, rescuer, own, said, NOW)
    theirs, slot = asked_by(database, estate, world.admin)
    with database.writing() as session:
        said = Decision("approved", approval_id=slot)
        assert actions.decide(session, rescuer, theirs, said, NOW).state in {
            "approval",
            "scheduled",
        }


def asked_by(database: Database, estate: Estate, author: Actor) -> tuple[str, int]:
    """Ask for the approval of an emergency; return its reference and one approval of it."""
    reference = asked(database, estate, estate.app, author=author, kind="emergency")
    with database.reading() as session:
        newest = select(ChangeApproval.id).order_by(ChangeApproval.id.desc()).limit(1)
        return reference, session.scalars(newest).one()
