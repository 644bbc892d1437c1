"""Who hears of what happens to a ticket: in the pages and by mail, each once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from cmdb.records.parties import Person
from server.desk.tickets.actions import EntryDraft, MoveDraft, TicketDraft, add_entry, move_ticket
from server.desk.tickets.actions import open_ticket as open_one
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.mailing import MailNotSent
from server.foundation.settings import Settings
from server.notify.jobs import DELIVER, run_delivery
from server.notify.models import Notification
from tests.server.desk.estate import Estate
from tests.support.mail import SmtpServer

V1 = "/api/v1"


@pytest.fixture
def sending(database: Database, smtp_server: SmtpServer, tmp_path: Path) -> JobContext:
    """Return the context of the job that sends mail to a real server."""
    settings = Settings(
        home=tmp_path,
        smtp_host=smtp_server.host,
        smtp_port=smtp_server.port,
        smtp_starttls=False,
        public_url="https://desk.example.test",
    )
    return JobContext(database, settings, {})


def opened(database: Database, estate: Estate) -> int:
    """Open a ticket of the requester for the group of the agent."""
    draft = TicketDraft(
        "Orders fail",
        affected_item_ids=(estate.app,),
        requester_id=estate.world.requester.person_id,
        group_id=estate.world.support.id,
    )
    with database.writing() as session:
        return open_one(session, estate.world.change_manager, draft, utc_now()).id


def test_people_hear_in_their_language_by_mail_and_nobody_twice(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer
) -> None:
    rita = estate.world.requester.person_id
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == rita).values(language="ru"))
    ticket_id = opened(database, estate)
    with database.reading() as session:
        assert session.scalars(select(Job.kind).where(Job.kind == DELIVER)).all() == [DELIVER]
    assert run_delivery(sending) == {"sent": 2}
    mails = {mail.recipients[0]: mail.message for mail in smtp_server.delivered}
    assert set(mails) == {"rita@example.test", "sam@example.test"}
    assert mails["rita@example.test"]["Subject"] == "INC-1: ваше обращение принято"
    assert "https://desk.example.test/portal/INC-1" in mails["rita@example.test"].get_content()
    assert mails["sam@example.test"]["Subject"] == "INC-1 is new for your group: Orders fail"
    assert mails["sam@example.test"]["Auto-Submitted"] == "auto-generated"
    assert run_delivery(sending) == {"sent": 0}
    smtp_server.clear()
    with database.writing() as session:
        note = EntryDraft("She says that always", "internal")
        add_entry(session, estate.world.change_manager, ticket_id, note, utc_now())
        add_entry(session, estate.world.agent, ticket_id, EntryDraft("Better now?"), utc_now())
    # Two for Sam's group would be one mail; his own words are none.
    assert run_delivery(sending) == {"sent": 2}
    texts = {m.recipients[0]: m.message.get_content() for m in smtp_server.delivered}
    assert "Better now?" in texts["rita@example.test"]
    assert "always" not in texts["rita@example.test"]
    assert "always" in texts["sam@example.test"]


def test_what_a_mail_server_refuses_waits_and_leaves_later_once(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer
) -> None:
    opened(database, estate)
    smtp_server.refusal = "451 come back later"
    with pytest.raises(MailNotSent):
        run_delivery(sending)
    with database.reading() as session:
        states = set(session.scalars(select(Notification.mail_state)))
    assert "waiting" in states
    assert "sending" not in states
    smtp_server.clear()
    assert run_delivery(sending) == {"sent": 2}
    none = replace(sending, settings=replace(sending.settings, smtp_host=""))
    opened(database, estate)
    assert run_delivery(none) == {"off": 2}
    assert run_delivery(sending) == {"sent": 0}


def test_owners_watchers_and_preferences_count(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer, as_: Any
) -> None:
    rita = as_(estate.world.requester)
    body = {"mail": "digest", "digest_at": 480}
    assert rita.put(f"{V1}/notifications/preferences", json=body).status_code == 200
    wrong = {"mail": "at_once", "quiet_from": 60}
    refused = rita.put(f"{V1}/notifications/preferences", json=wrong)
    assert [one["field"] for one in refused.json["errors"]] == ["quiet_to"]
    draft = TicketDraft(
        "Storage", affected_item_ids=(estate.db,), requester_id=estate.world.requester.person_id
    )
    with database.writing() as session:
        ticket = open_one(session, estate.world.agent, draft, utc_now())
        solved = MoveDraft("resolved", "", "fixed", "New disk")
        later = utc_now() + timedelta(seconds=1)
        move_ticket(session, estate.world.agent, ticket.id, solved, later)
    # The change manager owns Orders, which suffers; the requester waits for the digest.
    assert run_delivery(sending) == {"sent": 1}
    (mail,) = smtp_server.delivered
    assert mail.recipients == ("chloe@example.test",)
    assert "Orders" in mail.message["Subject"]
    rows = rita.get(f"{V1}/notifications?unread=true").json["rows"]
    assert [row["kind"] for row in rows] == ["ticket_solved", "ticket_received"]
    read = {"ids": [rows[0]["id"]]}
    assert rita.post(f"{V1}/notifications/read", json=read).status_code == 204
    assert len(rita.get(f"{V1}/notifications?unread=true").json["rows"]) == 1
    assert as_(estate.world.nobody).get(f"{V1}/notifications").json["rows"] == []
