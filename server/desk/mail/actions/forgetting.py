"""Letting go the bytes of letters that were decided; their rows stay, so that none comes again."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.states import DROPPED, IGNORED, TAKEN

#: For letters whose mailbox was removed.
_KEEP_DAYS = 90
_KEPT = select(Mailbox.id, Mailbox.keep_days)


def forget_letters(
    session: Session, now: datetime, after: int, limit: int
) -> tuple[list[str], int | None]:
    """Note some letters as gone, whose time is over: those with the next ids after ``after``.

    Return the names of their files, and the last id; None when there are no more.
    """
    kept = {row.id: row.keep_days for row in session.execute(_KEPT)}
    shortest = min([*kept.values(), _KEEP_DAYS])
    query = (
        select(ReceivedLetter)
        .where(
            ReceivedLetter.id > after,
            ReceivedLetter.state.in_((TAKEN, IGNORED, DROPPED)),
            ReceivedLetter.decided_at < now - timedelta(days=shortest),
            ReceivedLetter.stored_name != "",
        )
        .order_by(ReceivedLetter.id)
        .limit(limit)
    )
    rows = list(session.scalars(query))
    names: list[str] = []
    for row in rows:
        days = kept.get(row.mailbox_id or 0, _KEEP_DAYS)
        if row.decided_at is not None and row.decided_at < now - timedelta(days=days):
            names.append(row.stored_name)
            row.stored_name = ""
    return names, rows[-1].id if rows else None
