"""Changes that begin by themselves when their window opens, unless something speaks against it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from server.desk.changes.actions.moving import ChangeMove, move_change
from server.desk.changes.events import ChangeHeld
from server.desk.changes.models import Change, ChangeEntry
from server.foundation.events import publish, whole_or_not
from server.foundation.permissions import system_actor


def start_due(session: Session, now: datetime) -> int:
    """Begin every scheduled change whose window is open; return how many began.

    The graph is asked again: one that would break more than was approved does not begin, and its
    page says so once.
    """
    rows = session.scalars(
        select(Change).where(
            Change.state == "scheduled", Change.window_start <= now, Change.window_end > now
        )
    ).all()
    actor = system_actor("changes.tend")
    begun = 0
    for change in rows:
        try:
            with whole_or_not(session):
                move_change(session, actor, change.id, ChangeMove("implementing"), now)
            begun += 1
        except CadastreError as error:
            _tell(session, change, str(error), now)
    return begun


def _tell(session: Session, change: Change, why: str, now: datetime) -> None:
    told = select(ChangeEntry.id).where(
        ChangeEntry.change_id == change.id, ChangeEntry.text == why, ChangeEntry.kind == "system"
    )
    if session.scalar(told.limit(1)) is None:
        publish(session, ChangeHeld(change.id, now, None, why))
        session.flush()
