"""Work on changes that nobody asks for by hand: invitations, answers that are overdue."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from cmdb.records.parties import Person
from server.desk.changes.actions.escalating import escalate_overdue
from server.desk.changes.actions.linking import Invitation, invite
from server.desk.changes.actions.starting import start_due
from server.desk.changes.actions.verifying import verify_due
from server.desk.changes.actions.watching import find_unauthorized
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.mailing import mail_server
from server.foundation.settings import Settings

#: Kinds, as in ``server.wiring.JOBS``.
INVITE = "changes.invite"
TEND = "changes.tend"


def run_invitations(context: JobContext) -> Mapping[str, Any]:
    """Mail everybody who is asked a link by which they decide. Payload: ``change_id``.

    Without a mail server there are no links; people find what waits for them on their page.
    """
    settings = context.settings
    if not settings.smtp_host:
        return {"sent": 0, "why": "no mail server is set"}
    with context.database.writing() as session:
        messages = [
            _message(settings, person.email, found)
            for found in invite(session, context.payload["change_id"], utc_now())
            for person in (session.get_one(Person, found.person_id),)
            if person.email
        ]
    if messages:
        with mail_server(settings) as connection:
            for message in messages:
                connection.send_message(message)
    return {"sent": len(messages)}


def _message(settings: Settings, recipient: str, invitation: Invitation) -> EmailMessage:
    reference, title = invitation.change.reference, invitation.change.title
    message = EmailMessage()
    message["From"] = settings.smtp_from or f"cadastre@{settings.smtp_host}"
    message["To"] = recipient
    message["Subject"] = f"{reference} waits for your approval: {title}"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="cadastre.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"{reference}: {title}\n\n"
        "What it would break, and your decision:\n"
        f"{settings.base_url}/approvals/{invitation.secret}\n\n"
        "The link works once, for three days, and only while the plan is not edited.\n"
        "It decides in your name: do not pass it on.\n"
    )
    return message


def run_tending(context: JobContext) -> Mapping[str, Any]:
    """Do what the clock asks for: overdue answers, starts, verifications, unapproved changes."""
    now = utc_now()
    with context.database.writing() as session:
        return {
            "escalated": escalate_overdue(session, now),
            "begun": start_due(session, now),
            "verified": verify_due(session, now),
            "unauthorized": find_unauthorized(session, now),
        }
