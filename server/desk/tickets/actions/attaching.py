"""Files on tickets: kept whole under a name of our own, before the row that knows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.tickets.actions.conversation import KINDS, check_writing, go_on
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import TicketAttachment
from server.desk.tickets.queries import find_ticket, lock_ticket
from server.desk.tickets.queries.belongings import find_attachment
from server.foundation.allowances import UPLOADS, spend
from server.foundation.events import publish
from server.foundation.permissions import Actor
from server.foundation.storage import Storage, file_name_of

#: Files that one ticket may carry.
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sends it: ``most_bytes`` is how large it may be."""

    file_name: str
    content: BinaryIO
    most_bytes: int
    kind: str = "public"


def attach_file(
    session: Session,
    actor: Actor,
    reference: str | int,
    storage: Storage,
    upload: Upload,
    now: datetime,
) -> TicketAttachment:
    """Attach a file. Who does not work on the ticket attaches publicly, on what is their own.

    A public file of the requester is an answer like any other. Raises ``InvalidValue`` for an
    empty file, one that is too large or one too many, or an unknown kind; ``NotFound``,
    ``PermissionDenied``. Where the transaction fails afterwards the file stays
    behind without a row, and the nightly tidying removes it.
    """
    ticket = find_ticket(session, actor, reference)
    check_writing(session, actor, ticket, upload.kind)
    if upload.kind not in KINDS:
        raise InvalidValue({"kind": f"must be one of {', '.join(KINDS)}"})
    carried = select(func.count()).where(TicketAttachment.ticket_id == ticket.id)
    if (session.scalar(carried) or 0) >= MAX_FILES:
        raise InvalidValue({"file": f"a ticket carries at most {MAX_FILES} files"})
    if actor.person_id is not None:
        spend(session, UPLOADS, f"person:{actor.person_id}", now)
    kept = storage.keep_upload(upload.content, upload.most_bytes)
    row = TicketAttachment(
        ticket_id=ticket.id,
        at=now,
        author_id=actor.person_id,
        kind=upload.kind,
        file_name=file_name_of(upload.file_name),
        size=kept.size,
        sha256=kept.sha256,
        stored_name=kept.name,
    )
    session.add(row)
    ticket.activity_at = now
    session.flush()
    if row.kind == "public":
        detail = {"file_name": row.file_name, "size": row.size}
        publish(session, TicketNoted(ticket.id, now, actor.person_id, "attached", detail))
        if actor.person_id is not None:
            # What was asked for, or the answer, is often a picture, sent without a word.
            go_on(session, actor, ticket, now)
    return row


def remove_attachment(
    session: Session, actor: Actor, reference: str | int, attachment_id: int, now: datetime
) -> None:
    """Take a file off a ticket; for those who work on it. Raises ``NotFound``."""
    ticket = lock_ticket(session, actor, reference)
    row = find_attachment(session, actor, ticket.id, attachment_id)
    session.delete(row)
    session.flush()
    detail = {"file_name": row.file_name}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "detached", detail))
