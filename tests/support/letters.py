"""Letters as programs write them, and as they lie in the register before anybody decided."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from io import BytesIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.reading import read_letter
from server.foundation.storage import Storage
from server.people.rules.logins import name_key


def letter(
    sender: str,
    subject: str,
    text: str,
    at: datetime,
    files: dict[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """Return a letter as a mail program sends it; names of ``headers`` have _ for -."""
    message = EmailMessage()
    message["From"], message["To"] = sender, "Help desk <help@example.test>"
    message["Subject"], message["Date"] = subject, format_datetime(at)
    digest = sha256(f"{sender}{subject}{text}{at}".encode()).hexdigest()
    message["Message-ID"] = f"<{digest[:16]}@example.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes()


def put_mailbox(
    session: Session, organisation_id: int, now: datetime, name: str = "Help desk"
) -> Mailbox:
    """Write a mailbox down that is switched off and has no password, so that nobody looks at it."""
    row = Mailbox(
        name=name,
        name_key=name_key(name),
        organisation_id=organisation_id,
        address="help@example.test",
        address_key="help@example.test",
        host="imap.example.test",
        port=993,
        security="tls",
        user_name="help",
        is_active=False,
        since=now,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def put_letter(
    session: Session,
    storage: Storage,
    mailbox: Mailbox,
    raw: bytes,
    now: datetime,
    **values: object,
) -> ReceivedLetter:
    """Write a letter down as one that came by ``mailbox``; held, unless ``values`` say else."""
    read, kept = read_letter(raw), storage.keep(BytesIO(raw))
    row = ReceivedLetter(
        organisation_id=mailbox.organisation_id,
        mailbox_id=mailbox.id,
        uid_validity=1,
        uid=(session.scalar(select(func.max(ReceivedLetter.uid))) or 0) + 1,
        digest=kept.sha256,
        message_id=read.message_id,
        from_address=read.from_address,
        from_name=read.from_name,
        subject=read.subject,
        sent_at=read.sent_at,
        received_at=now,
        size=kept.size,
        sha256=kept.sha256,
        **{"state": "held", "reason": "stranger", "stored_name": kept.name, **values},
    )
    session.add(row)
    session.flush()
    return row
