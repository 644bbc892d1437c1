"""A mailbox of the desk on a real IMAP server, and letters to put into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.desk.mail.actions.mailboxes import add_mailbox
from server.desk.mail.jobs import LOOK
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.tickets.models import Ticket, TicketAttachment, TicketEntry
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from server.notify.rules.tokens import PURPOSE, ticket_token
from server.wiring import JOBS
from tests.server.desk.estate import Estate
from tests.support.imap import ImapServer

ADDRESS = "help@example.test"


def letter(
    sender: str,
    subject: str = "The printer is on fire",
    text: str = "It smokes.",
    files: Sequence[tuple[str, bytes]] = (),
    **headers: str,
) -> bytes:
    """Return a letter as a mail program writes it; ``headers`` with "_" for "-"."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ADDRESS
    message["Subject"] = subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="writer.test"))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


@dataclass
class Post:
    """A mailbox of the desk, looked at by the job that the scheduler runs."""

    server: ImapServer
    user: str
    database: Database
    settings: Settings
    estate: Estate
    mailbox_id: int = 0

    @classmethod
    def set_up(
        cls, server: ImapServer, database: Database, estate: Estate, home: Path, **changes: Any
    ) -> "Post":
        """Add a mailbox of its own on the server to the desk; ``changes`` are its columns."""
        post = cls(server, server.new_user(), database, Settings(home=home), estate)
        particulars = {
            "name": f"Help desk {post.user}",
            "organisation_id": estate.world.root.id,
            "address": ADDRESS,
            "host": server.host,
            "port": server.tls_port,
            "security": "tls",
            "authority": server.authority,
            "user_name": post.user,
            "password": server.password,
        }
        with database.writing() as session:
            row = add_mailbox(
                session,
                estate.world.admin,
                particulars | changes,
                SecretBox(post.settings.key_file),
                utc_now(),
            )
            post.mailbox_id = row.id
        return post

    def deliver(self, *letters: bytes) -> None:
        """Put letters into the inbox."""
        self.server.deliver(self.user, *letters)

    def look(self) -> dict[str, Any]:
        """Let the desk look at the mailbox, and return what its job says."""
        context = JobContext(self.database, self.settings, {"mailbox_id": self.mailbox_id})
        return dict(JOBS[LOOK].run(context) or {})

    def come(self, *letters: bytes) -> ReceivedLetter:
        """Put letters into the inbox, look, and return what became of the last one."""
        self.deliver(*letters)
        self.look()
        return self.letters()[-1]

    def wait_over(self) -> None:
        """Let the time pass for which a mailbox that failed is left alone."""
        with self.database.writing() as session:
            session.get_one(Mailbox, self.mailbox_id).next_at = utc_now() - timedelta(seconds=1)

    def change(self, **values: Any) -> None:
        """Write columns of the mailbox."""
        with self.database.writing() as session:
            row = session.get_one(Mailbox, self.mailbox_id)
            for name, value in values.items():
                setattr(row, name, value)

    def mailbox(self) -> Mailbox:
        """Return the mailbox's row."""
        with self.database.reading() as session:
            return session.get_one(Mailbox, self.mailbox_id)

    def letters(self) -> list[ReceivedLetter]:
        """Return all letters that came, in their order."""
        with self.database.reading() as session:
            return list(session.scalars(select(ReceivedLetter).order_by(ReceivedLetter.id)))

    def tickets(self) -> list[Ticket]:
        """Return all tickets, in their order."""
        with self.database.reading() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    def entries(self, ticket_id: int) -> list[TicketEntry]:
        """Return what people wrote on a ticket, in its order."""
        query = select(TicketEntry).where(
            TicketEntry.ticket_id == ticket_id, TicketEntry.kind != "system"
        )
        with self.database.reading() as session:
            return list(session.scalars(query.order_by(TicketEntry.id)))

    def files(self, ticket_id: int) -> dict[str, bytes]:
        """Return {name: content} of the files on a ticket."""
        storage = attachments_at(self.settings.home)
        query = select(TicketAttachment).where(TicketAttachment.ticket_id == ticket_id)
        found = {}
        with self.database.reading() as session:
            for row in session.scalars(query):
                with storage.open(row.stored_name) as stream:
                    found[row.file_name] = stream.read()
        return found

    def token(self, reference: str) -> str:
        """Return the token that stands in our mail about a ticket."""
        key = SecretBox(self.settings.key_file).derived(PURPOSE)[-1]
        return ticket_token(key, reference)
