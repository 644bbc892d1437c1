"""A promise about a service that runs out opens a ticket, which keeps nothing down itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from server.desk.alarms.jobs import run_watch, tend_rule
from server.desk.alarms.rules.reading import rule_document, shipped_rules
from server.desk.availability.models import ServiceOutage
from server.desk.sla.actions.agreeing import change_agreements
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.models import Ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import faults

RULE = replace(shipped_rules()["service_level"], enabled=True)


def test_a_promise_that_runs_out_opens_one_ticket_that_is_no_failure(
    database: Database, estate: Estate, tmp_path: Path
) -> None:
    context = JobContext(database, Settings(home=tmp_path), {})
    target = {"calendar": "always", "services": [estate.orders], "longest_minutes": 1}
    now = utc_now()
    with database.writing() as session:
        change_agreements(session, estate.world.admin, {"availability": [target]}, utc_now())
        draft = TicketDraft("Orders fail", affected_item_ids=(estate.app,))
        open_ticket(session, estate.world.agent, draft, now - timedelta(minutes=5))
    assert tend_rule(context, RULE)["open"] == 1
    assert "open" not in tend_rule(context, RULE)
    with database.reading() as session:
        _, told = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        outages = session.scalars(select(ServiceOutage.ticket_id)).all()
    assert (told.kind, told.title) == ("request", "Orders: Promise about a service runs out")
    assert "longest_outage" in told.description
    assert "% used up" in told.description
    assert told.id not in outages
    # The shipped rule waits until somebody switches it on.
    assert "open" not in run_watch(context)


def test_its_ticket_may_be_of_no_kind_that_stands_for_a_failure(as_: As, estate: Estate) -> None:
    body = rule_document(RULE) | {"kind": "incident"}
    path = f"/api/v1/alarm-rules/{RULE.code}"
    assert faults(as_(estate.world.admin).put(path, json=body)) == {"kind"}
