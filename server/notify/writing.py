"""Mail to people about what they are told, so that their answers find the way back."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.clock import utc_now
from server.foundation.errors import SettingsError
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.notify.models import Notification
from server.notify.rules.texts import Told, mail_text, one_line, subject_of, ticket_of
from server.notify.rules.tokens import PURPOSE, ticket_token

#: Returns the address at which answers about the ticket of a reference are received; None for
#: nowhere. Whoever receives mail stands above, and lends it.
ReplyAddress = Callable[[Session, str], str | None]


def nowhere(_session: Session, _reference: str) -> None:
    """Receive no answers."""


class Writer:
    """Writes the mails of one batch of notifications."""

    def __init__(self, session: Session, settings: Settings, reply_address: ReplyAddress) -> None:
        self._session = session
        self._settings = settings
        self._reply_address = reply_address
        self._host = urlsplit(settings.base_url).hostname or "localhost"
        self._addresses: dict[str, str] = {}
        try:
            self._key = SecretBox(settings.key_file).derived(PURPOSE)[-1]
        except SettingsError:
            # Whoever is on call hears of it all the same; the doctor tells of the key file.
            self._key = b""

    def mails(self, ids: Sequence[int]) -> list[tuple[list[int], EmailMessage | None]]:
        """Return the claimed rows of each person with their mail; None: none can be written."""
        query = (
            select(Notification, Person)
            .join(Person, Person.id == Notification.person_id)
            .where(Notification.id.in_(ids))
            .order_by(Notification.person_id, Notification.id)
        )
        found: dict[int, tuple[Person, list[Notification]]] = {}
        for row, person in self._session.execute(query):
            found.setdefault(person.id, (person, []))[1].append(row)
        return [
            ([row.id for row in rows], self._writable(person, rows))
            for person, rows in found.values()
        ]

    def _writable(self, person: Person, rows: Sequence[Notification]) -> EmailMessage | None:
        try:
            return self._mail(person, rows)
        except ValueError:
            # What a directory calls an address may hold a line break, which no header takes.
            return None

    def _mail(self, person: Person, rows: Sequence[Notification]) -> EmailMessage:
        told = [Told(row.kind, row.detail, row.path) for row in rows]
        ticket = ticket_of(told)
        token = ticket_token(self._key, ticket) if ticket and self._key else ""
        answers = self._answers_to(ticket) if token else ""
        message = EmailMessage()
        message["From"] = self._settings.smtp_from or f"cadastre@{self._host}"
        message["To"] = person.email
        if answers:
            message["Reply-To"] = answers
        message["Subject"] = one_line(subject_of(told, person.language))
        message["Date"] = format_datetime(utc_now())
        self._thread(message, rows, token)
        message["Auto-Submitted"] = "auto-generated"
        # Exchange asks for its own word; without it a holiday would answer us.
        message["X-Auto-Response-Suppress"] = "All"
        text = mail_text(
            told,
            person.display_name,
            person.language,
            self._settings.base_url,
            token if answers else "",
        )
        message.set_content(text)
        return message

    def _thread(self, message: EmailMessage, rows: Sequence[Notification], token: str) -> None:
        """Say of which conversation the mail is: every mail about a ticket answers one root."""
        proof = f".{token}" if token else ""
        message["Message-ID"] = f"<notification-{rows[-1].id}{proof}@{self._host}>"
        references = sorted({str(row.detail.get("reference", "")) for row in rows} - {""})
        if references:
            roots = " ".join(f"<{one}@{self._host}>" for one in references)
            if len(references) == 1:
                message["In-Reply-To"] = roots
            message["References"] = roots

    def _answers_to(self, reference: str) -> str:
        """Return where answers about a ticket go; empty for nowhere. Asked once for each ticket."""
        if reference not in self._addresses:
            self._addresses[reference] = self._reply_address(self._session, reference) or ""
        return self._addresses[reference]
