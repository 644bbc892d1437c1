"""A mail that nobody takes holds up nobody else's, and is given up in the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cmdb.records.parties import Person
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.mailing import MailNotSent
from server.notify.jobs import DELIVER, run_delivery
from server.notify.models import Notification
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_telling import opened, sending
from tests.support.mail import SmtpServer

__all__ = ["sending"]

RITA, SAM = "rita@example.test", "sam@example.test"


def states(database: Database, person_id: int | None) -> set[str]:
    with database.reading() as session:
        query = select(Notification.mail_state).where(Notification.person_id == person_id)
        return set(session.scalars(query))


def make_due(database: Database, *, days_old: int = 0) -> None:
    """Let what waits be due now; ``days_old``: as if it had been told so long ago."""
    now = utc_now()
    with database.writing() as session:
        session.execute(
            update(Notification)
            .where(Notification.mail_state == "waiting")
            .values(deliver_at=now, at=now - timedelta(days=days_old))
        )


@pytest.mark.parametrize("at_stage", ["refused", "unread"])
def test_a_full_mailbox_holds_up_nobody_else(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer, at_stage: str
) -> None:
    rita, sam = estate.world.requester.person_id, estate.world.agent.person_id
    first, second = sorted((RITA, SAM), key={RITA: rita or 0, SAM: sam or 0}.__getitem__)
    people = {RITA: rita, SAM: sam}
    getattr(smtp_server, at_stage)[first] = "452 mailbox full"
    opened(database, estate)
    assert run_delivery(sending) == {"sent": 1, "refused": 1}
    assert [mail.recipients for mail in smtp_server.delivered] == [(second,)]
    assert states(database, people[first]) == {"waiting"}
    with database.reading() as session:
        later = select(Job.id).where(Job.kind == DELIVER, Job.run_at > utc_now())
        assert session.scalars(later).all()
    # It is not asked again at once, and leaves when it can.
    assert run_delivery(sending) == {"sent": 0}
    smtp_server.clear()
    make_due(database)
    assert run_delivery(sending) == {"sent": 1}
    assert [mail.recipients for mail in smtp_server.delivered] == [(first,)]


def test_what_can_never_be_delivered_is_given_up(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer
) -> None:
    rita, sam = estate.world.requester.person_id, estate.world.agent.person_id
    smtp_server.refused[RITA] = "550 no such user"
    with database.writing() as session:
        broken = "sam@example.test\r\nBcc: everybody@example.test"
        session.execute(update(Person).where(Person.id == sam).values(email=broken))
    opened(database, estate)
    assert run_delivery(sending) == {"sent": 0, "refused": 2}
    assert states(database, rita) == states(database, sam) == {"off"}
    assert smtp_server.delivered == []
    assert run_delivery(sending) == {"sent": 0}


def test_what_is_refused_for_days_is_given_up(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer
) -> None:
    smtp_server.refused |= {RITA: "452 mailbox full", SAM: "452 mailbox full"}
    opened(database, estate)
    assert run_delivery(sending) == {"sent": 0, "refused": 2}
    make_due(database, days_old=4)
    assert run_delivery(sending) == {"sent": 0, "refused": 2}
    assert states(database, estate.world.requester.person_id) == {"off"}
    assert states(database, estate.world.agent.person_id) == {"off"}


def test_a_server_that_hangs_up_is_no_matter_of_one_mail(
    database: Database, estate: Estate, sending: JobContext, smtp_server: SmtpServer
) -> None:
    smtp_server.refused |= {RITA: "421 shutting down", SAM: "421 shutting down"}
    opened(database, estate)
    with pytest.raises(MailNotSent):
        run_delivery(sending)
    smtp_server.clear()
    assert run_delivery(sending) == {"sent": 2}
