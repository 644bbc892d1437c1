"""After the window: discovery against the plan, unapproved differences, incidents, late starts."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from cmdb.errors import Conflict, InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, Observation, Origin, SeenRelation
from cmdb.vocabulary import AGENT, DEPENDS_ON, PERSON, ClassCode
from server.desk.changes import actions, queries
from server.desk.changes.actions import ChangeMove, DifferenceDraft, Judgement, WatchDraft
from server.desk.changes.actions.starting import start_due
from server.desk.changes.actions.verifying import GRACE, verify_due
from server.desk.changes.actions.watching import find_unauthorized
from server.desk.changes.models import Change, ChangeEntry, ChangeIncident
from server.desk.changes.rules.verification import Found, judge
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.database import Database
from tests.server.desk.changes.planned import END, START, scheduled
from tests.server.desk.estate import NOW, Estate

LATER = END + GRACE


def report(database: Database, estate: Estate, at: datetime, **values: object) -> None:
    """Let the agent of the application's server report."""
    seen = Observation(
        origin=Origin(AGENT, "app-1"),
        class_code=ClassCode("server"),
        organisation_id=estate.world.root.id,
        observed_at=at,
        values=values,
        item_id=estate.app,
    )
    with database.writing() as session:
        recorded = Inventory(session, at).record(seen)
        assert recorded.item_id == estate.app, recorded


def carried_out(database: Database, estate: Estate) -> str:
    """Plan that the application's server is Acme's, and carry it out."""
    report(database, estate, NOW, vendor="Initech")
    held = (DifferenceDraft("attribute", estate.app, "vendor", "Acme"),)
    reference = scheduled(database, estate, estate.app, differences=held)
    with database.writing() as session:
        agent = estate.world.agent
        actions.move_change(session, agent, reference, ChangeMove("implementing"), START)
        actions.move_change(session, agent, reference, ChangeMove("review"), END)
    return reference


def verified(database: Database, estate: Estate, reference: str) -> tuple[str, list[str]]:
    """Verify, and return the word over all and those of the lines."""
    with database.writing() as session:
        agent = estate.world.agent
        change = actions.verify_change(session, agent, reference, LATER + timedelta(hours=1))
        rows = queries.findings_of(session, agent, reference)
        return change.verification, [row.finding.verdict for row in rows]


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        (["as_planned", "as_planned"], "as_planned"),
        (["as_planned", "missing"], "partly"),
        (["missing"], "deviated"),
        (["as_planned", "unexpected"], "deviated"),
        (["as_planned", "silent"], "unknown"),
        (["silent"], "unknown"),
        ([], "unknown"),
    ],
)
def test_silence_is_unknown_and_never_as_planned(verdicts: list[str], word: str) -> None:
    assert judge(Found(1, "", verdict) for verdict in verdicts) == word


def test_discovery_that_says_what_was_planned_verifies_it(
    database: Database, estate: Estate
) -> None:
    reference = carried_out(database, estate)
    assert verified(database, estate, reference) == ("unknown", ["silent"])
    report(database, estate, LATER, vendor="Acme")
    assert verified(database, estate, reference) == ("as_planned", ["as_planned"])
    with database.reading() as session:
        change = queries.find_change(session, estate.world.agent, reference)
        (task,) = queries.tasks_on(session, change.id)
        assert (task.phase, task.title) == ("after", "Update the documents")


def test_what_stayed_and_what_nobody_planned_is_told(database: Database, estate: Estate) -> None:
    reference = carried_out(database, estate)
    report(database, estate, LATER, vendor="Initech", model="X-9")
    word, lines = verified(database, estate, reference)
    assert (word, lines) == ("deviated", ["missing", "unexpected"])


def test_a_person_saying_so_is_no_discovery(database: Database, estate: Estate) -> None:
    reference = carried_out(database, estate)
    with database.writing() as session:
        manager = estate.world.configuration_manager
        actions.apply_differences(session, manager, reference, END)
    assert verified(database, estate, reference) == ("unknown", ["silent"])


def test_it_is_verified_by_itself_an_hour_after_the_window_and_not_before(
    database: Database, estate: Estate
) -> None:
    reference = carried_out(database, estate)
    with database.writing() as session:
        change = queries.find_change(session, estate.world.agent, reference)
        change.finished_at = LATER
        with pytest.raises(Conflict, match="not over"):
            actions.verify_change(session, estate.world.agent, reference, END)
        assert verify_due(session, LATER - timedelta(minutes=1)) == 0
        assert verify_due(session, LATER) == 1
        assert queries.find_change(session, estate.world.agent, reference).verification == "unknown"


def test_a_difference_outside_every_window_is_unapproved_until_somebody_decides(
    database: Database, estate: Estate
) -> None:
    manager = estate.world.change_manager
    report(database, estate, NOW, vendor="Initech")
    with database.writing() as session:
        watched = WatchDraft(class_code="server", subjects=("vendor",))
        actions.add_watch(session, manager, watched, NOW)
        assert find_unauthorized(session, LATER) == 0
    report(database, estate, NOW + timedelta(hours=1), vendor="Acme", model="X-9")
    scheduled(database, estate, estate.app)
    report(database, estate, START + timedelta(minutes=5), vendor="Globex")
    with database.writing() as session:
        assert find_unauthorized(session, LATER) == 1
        assert find_unauthorized(session, LATER) == 0
        (row,) = queries.list_unauthorized(session, manager)
        assert row.found.detail["new"] == "Acme"
        with pytest.raises(InvalidValue, match="comment"):
            actions.judge_unauthorized(session, manager, row.found.id, Judgement("accepted"), NOW)
        admin = estate.world.admin
        back = Judgement("rolled_back", "Nobody ordered Acme")
        done = actions.judge_unauthorized(session, admin, row.found.id, back, NOW)
        assert done.ticket_id is not None
        with pytest.raises(Conflict, match="decided already"):
            actions.judge_unauthorized(session, admin, row.found.id, back, NOW)


def test_an_incident_within_72_hours_on_what_hangs_on_it_is_linked(
    database: Database, estate: Estate
) -> None:
    """san ──> db ──> app ──> orders: the change touched db, the incident is about orders."""
    reference = scheduled(database, estate, estate.db, author=estate.world.configuration_manager)
    with database.writing() as session:
        change = queries.find_change(session, estate.world.admin, reference)
        actions.move_change(
            session,
            estate.world.configuration_manager,
            reference,
            ChangeMove("implementing"),
            START,
        )
    hits = ((estate.orders, 70, True), (estate.orders, 73, False), (estate.laptop, 1, False))
    for item_id, hours, linked in hits:
        with database.writing() as session:
            draft = TicketDraft("It fails", affected_item_ids=(item_id,))
            at = START + timedelta(hours=hours)
            ticket = open_ticket(session, estate.world.agent, draft, at)
        with database.reading() as session:
            known = session.get(ChangeIncident, (change.id, ticket.id))
            assert (known is not None) == linked
            if known is not None:
                assert known.distance == 2
    with database.reading() as session:
        assert session.get_one(Change, change.id).incident_count == 1
        assert len(queries.incidents_after(session, estate.world.agent, reference)) == 1


def test_a_change_begins_by_itself_unless_it_would_break_more_than_was_approved(
    database: Database, estate: Estate
) -> None:
    good = scheduled(database, estate, estate.laptop)
    bad = scheduled(database, estate, estate.app)
    with database.writing() as session:
        ends = (ItemReference(item_id=estate.reports), ItemReference(item_id=estate.app))
        needs = SeenRelation(DEPENDS_ON, *ends)
        Inventory(session, NOW).relate([needs], PERSON, estate.world.root.id)
    with database.writing() as session:
        assert start_due(session, START) == 1
    with database.writing() as session:
        assert start_due(session, START) == 0
    with database.reading() as session:
        admin = estate.world.admin
        states = [queries.find_change(session, admin, one).state for one in (good, bad)]
        assert states == ["implementing", "scheduled"]
        held = session.scalars(select(ChangeEntry).where(ChangeEntry.text != "")).all()
        told = [one.text for one in held if one.detail.get("event") == "held"]
        assert len(told) == 1
        assert "1 services would suffer more" in told[0]
