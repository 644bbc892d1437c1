"""Writing on a change."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.changes.models import ChangeEntry
from server.desk.changes.queries import lock_change
from server.desk.tickets.actions.checking import Problems, text_of
from server.foundation.permissions import Actor


def add_comment(
    session: Session, actor: Actor, reference: str | int, text: str, now: datetime
) -> ChangeEntry:
    """Write a comment. Raises ``InvalidValue``, ``NotFound``, ``PermissionDenied``."""
    change = lock_change(session, actor, reference)
    problems = Problems()
    words = text_of(problems, "text", text)
    problems.add("text", "" if words else "must not be empty")
    problems.refuse()
    entry = ChangeEntry(
        change_id=change.id, at=now, author_id=actor.person_id, kind="comment", detail={}
    )
    entry.text = words
    session.add(entry)
    session.flush()
    return entry
