"""Planned changes on items before a failure: what the cause engine weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries.scope import visible_changes
from server.foundation.permissions import Actor

#: States in which a change's window means that something was done.
DONE = ("scheduled", "implementing", "review", "closed")
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class ChangeUpstream:
    """A change on an item, done until ``at``; without reference and title where out of sight."""

    item_id: int
    at: datetime
    reference: str | None
    title: str


def changes_upstream(
    session: Session, actor: Actor, item_ids: Sequence[int], since: datetime, until: datetime
) -> list[ChangeUpstream]:
    """Return the changes whose windows touch the time between two moments, newest first.

    All of them, for they weigh whoever asks; only those in sight are named. One statement.
    """
    seen = visible_changes(actor).label("seen")
    query = (
        select(ChangeItem.item_id, Change, seen)
        .join(Change, Change.id == ChangeItem.change_id)
        .where(
            among(session, ChangeItem.item_id, item_ids),
            Change.state.in_(DONE),
            Change.window_start <= until,
            Change.window_end >= since,
        )
        .order_by(Change.window_end.desc(), Change.id.desc(), ChangeItem.item_id)
        .limit(_MOST)
    )
    return [
        ChangeUpstream(
            item_id,
            min(change.window_end or until, until),
            change.reference if visible else None,
            change.title if visible else "",
        )
        for item_id, change, visible in session.execute(query)
    ]
