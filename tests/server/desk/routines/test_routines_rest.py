"""Macros do all or nothing; schedules open what is due once, whatever dies in between."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from server.desk.routines.actions import scheduling
from server.desk.routines.models import ScheduledTicket, TicketSchedule
from server.desk.tickets.models import Ticket, TicketEntry, TicketTask, TicketTemplate
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults

MACROS, SCHEDULES = "/api/v1/ticket-macros", "/api/v1/ticket-schedules"


@pytest.fixture(autouse=True)
def template(database: Database) -> None:
    steps = {"title": "Look after", "kind": "incident", "tasks": ["Clean it", "Test it"]}
    with database.writing() as session:
        session.add(TicketTemplate(code="care", name="Care", document=steps, updated_at=NOW))


def opened(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def scheduled(database: Database, estate: Estate) -> int:
    """Look after each server every week, from yesterday on."""
    with database.writing() as session:
        draft = scheduling.ScheduleDraft(
            "Servers",
            "care",
            NOW - timedelta(days=1),
            "week",
            class_code="server",
            organisation_id=estate.world.root.id,
        )
        before = NOW - timedelta(days=2)
        return scheduling.save_schedule(session, estate.world.admin, draft, before).id


def open_all(database: Database, now: Any) -> int:
    done = 0
    while True:
        with database.writing() as session:
            found = scheduling.open_due(session, now)
        if found is None:
            return done
        done += found


def test_a_macro_writes_changes_ticks_off_and_moves_or_does_nothing(
    as_: As, database: Database, estate: Estate
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    body = {"code": "start", "name": "Start", "note": "Looking at it.", "urgency": "high"}
    body |= {"assign": "me", "checklist": "care", "state": "in_progress"}
    assert admin.post(MACROS, json=body).status_code == 201
    assert agent.post(MACROS, json=body | {"code": "b"}).status_code == 403
    made = document(agent.post("/api/v1/tickets", json={"title": "It hums"}))
    here = f"/api/v1/tickets/{made['reference']}"
    ran = document(agent.post(f"{here}/macros", json={"macro": "start"}))
    assert ran["state"] == "in_progress"
    after = document(agent.get(here))
    assert (after["urgency"], after["assignee_id"]) == ("high", estate.world.agent.person_id)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketTask)) == 2
        told = session.scalars(select(TicketEntry.detail).order_by(TicketEntry.id)).all()
        assert {"event": "macro", "name": "Start"}.items() <= {
            key: value
            for detail in told
            for key, value in detail.items()
            if detail.get("event") == "macro"
        }.items()
    # The life cycle asks for a resolution that this macro does not give: nothing is half-done.
    done = {"code": "done", "name": "Done", "note": "Never written", "state": "resolved"}
    assert admin.post(MACROS, json=done).status_code == 201
    assert agent.post(f"{here}/macros", json={"macro": "done"}).status_code == 422
    said = agent.get(f"{here}/entries").json or {}
    assert "Never written" not in str(said)


def test_faults_of_macros_and_schedules_stand_at_their_fields(as_: As, estate: Estate) -> None:
    admin = as_(estate.world.admin)
    wrong = {"code": "x", "name": "x", "state": "nowhere", "checklist": "none", "urgency": "x"}
    assert faults(admin.post(MACROS, json=wrong)) == {"state", "checklist", "urgency"}
    both: dict[str, Any] = {"name": "x", "template": "none", "first_at": "2030-01-01T00:00:00Z"}
    both |= {"item_id": estate.san, "class_code": "server", "time_zone": "Mars/Olympus"}
    assert faults(admin.post(SCHEDULES, json=both)) == {"template", "class_code", "time_zone"}


def test_what_is_due_opens_once_for_each_item_whatever_dies_in_between(
    as_: As, database: Database, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers, one transaction each; the first worker dies before it commits the second."""
    monkeypatch.setattr(scheduling, "BATCH", 1)
    schedule_id = scheduled(database, estate)
    before = opened(database)
    with database.writing() as session:
        assert scheduling.open_due(session, NOW) == 1

    class KilledError(Exception):
        """What ends a process between its work and its commit."""

    def die_before_the_commit() -> None:
        with database.writing() as session:
            assert scheduling.open_due(session, NOW) == 1
            raise KilledError

    with pytest.raises(KilledError):
        die_before_the_commit()
    assert opened(database) == before + 1
    assert open_all(database, NOW) == 1
    assert open_all(database, NOW) == 0
    assert opened(database) == before + 2
    with database.reading() as session:
        row = session.get_one(TicketSchedule, schedule_id)
        assert row.next_at == NOW + timedelta(days=6)
        made = session.scalars(select(ScheduledTicket).order_by(ScheduledTicket.about_id)).all()
        assert [one.about_id for one in made] == [estate.db, estate.app]
        ticket = session.get_one(Ticket, made[0].ticket_id)
        assert ticket.title == "Look after: db-07"
    # Three weeks in which nobody ran: once, and on from there.
    assert open_all(database, NOW + timedelta(days=20)) == 2
    admin = as_(estate.world.admin)
    assert document(admin.get(f"{SCHEDULES}/{schedule_id}"))["last_at"].startswith("2026-03-08")
    assert admin.delete(f"{SCHEDULES}/{schedule_id}").status_code == 204
    assert opened(database) == before + 4
