"""Letting go the bytes of letters that were decided; their rows stay, so that none comes again."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.states import DROPPED, IGNORED, TAKEN

#: For letters whose mailbox was removed.
_KEEP_DAYS = 90


def forget_letters(session: Session, now: datetime, limit: int) -> list[str]:
    """Note some letters as gone, whose time is over, and return the names of their files."""
    names: list[str] = []
    for mailbox_id, days in [*_kept_by(session), (None, _KEEP_DAYS)]:
        query = (
            select(ReceivedLetter)
            .where(
                ReceivedLetter.mailbox_id == mailbox_id,
                ReceivedLetter.state.in_((TAKEN, IGNORED, DROPPED)),
                ReceivedLetter.decided_at < now - timedelta(days=days),
                ReceivedLetter.stored_name != "",
            )
            .order_by(ReceivedLetter.id)
            .limit(limit - len(names))
        )
        for row in session.scalars(query):
            names.append(row.stored_name)
            row.stored_name = ""
    return names


def _kept_by(session: Session) -> list[tuple[int | None, int]]:
    query = select(Mailbox.id, Mailbox.keep_days).order_by(Mailbox.id)
    return [(mailbox_id, days) for mailbox_id, days in session.execute(query)]
