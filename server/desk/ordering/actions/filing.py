"""Files that are put into a form: kept before the order is placed, attached with it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.ordering.models import OrderFile
from server.desk.ordering.queries.naming import FILES_WAIT
from server.desk.tickets.actions.attaching import Upload
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket, TicketAttachment
from server.foundation.allowances import UPLOADS, spend
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.foundation.storage import Storage, file_name_of

#: Files of one person that may wait for an order at a time.
_MOST_WAITING = 100


def keep_file(
    session: Session, actor: Actor, storage: Storage, upload: Upload, now: datetime
) -> OrderFile:
    """Keep a file for an answer; its id is the answer. It waits for some hours.

    Raises ``InvalidValue`` for one that is empty or too large, ``PermissionDenied``.
    """
    actor.require(Permission.TICKET_OPEN)
    if actor.person_id is None:
        raise PermissionDenied(Permission.TICKET_OPEN)
    waiting = select(func.count()).where(
        OrderFile.person_id == actor.person_id, OrderFile.ticket_id.is_(None)
    )
    if (session.scalar(waiting) or 0) >= _MOST_WAITING:
        raise InvalidValue({"file": f"at most {_MOST_WAITING} files wait for orders at a time"})
    spend(session, UPLOADS, f"person:{actor.person_id}", now)
    kept = storage.keep_upload(upload.content, upload.most_bytes)
    row = OrderFile(
        person_id=actor.person_id,
        at=now,
        file_name=file_name_of(upload.file_name),
        size=kept.size,
        sha256=kept.sha256,
        stored_name=kept.name,
    )
    session.add(row)
    session.flush()
    return row


def attach_kept(
    session: Session, actor: Actor, ticket: Ticket, files: Iterable[OrderFile], now: datetime
) -> None:
    """Attach files that waited to the ticket of their order."""
    for one in files:
        one.ticket_id = ticket.id
        session.add(
            TicketAttachment(
                ticket_id=ticket.id,
                at=now,
                author_id=actor.person_id,
                kind="public",
                file_name=one.file_name,
                size=one.size,
                sha256=one.sha256,
                stored_name=one.stored_name,
            )
        )
        detail = {"file_name": one.file_name, "size": one.size}
        publish(session, TicketNoted(ticket.id, now, actor.person_id, "attached", detail))
    session.flush()


def forget_files(session: Session, now: datetime) -> int:
    """Forget files that waited too long; the nightly tidying removes them from the disk."""
    old = delete(OrderFile).where(OrderFile.ticket_id.is_(None), OrderFile.at <= now - FILES_WAIT)
    return int(session.execute(old).rowcount)  # type: ignore[attr-defined]  # of a delete
