"""Changes of some days that touch what a ticket is about, or hit the services that suffer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.query.items import find_items
from server.desk.changes.models import Change, ChangeItem, ChangeService
from server.desk.changes.queries.collisions import HOLDING, Collision
from server.desk.changes.queries.scope import visible_changes
from server.foundation.permissions import Actor
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class Nearby:
    """Items and services, and the days that are asked for."""

    item_ids: Sequence[int]
    service_ids: Sequence[int]
    start: datetime
    end: datetime


def changes_nearby(session: Session, actor: Actor, asked: Nearby) -> list[Collision]:
    """Return the changes in sight that have to do with them, by their window. Four queries."""
    query = select(Change).where(
        Change.state.in_(HOLDING),
        Change.window_start < asked.end,
        Change.window_end > asked.start,
        visible_changes(actor),
    )
    changes = session.scalars(query.order_by(Change.window_start, Change.id)).all()
    ids = [change.id for change in changes]
    items = _shared(session, ChangeItem, ids, set(asked.item_ids))
    services = _shared(session, ChangeService, ids, set(asked.service_ids))
    named = {i for shared in (*items.values(), *services.values()) for i in shared}
    known = find_items(session, sorted(named), visible_items(actor)) if named else {}
    return [
        Collision(
            change,
            tuple(known[i] for i in items.get(change.id, ()) if i in known),
            tuple(known[i] for i in services.get(change.id, ()) if i in known),
        )
        for change in changes
        if change.id in items or change.id in services
    ]


def _shared(
    session: Session,
    table: type[ChangeItem | ChangeService],
    change_ids: Sequence[int],
    mine: set[int],
) -> dict[int, list[int]]:
    """Return what changes have in common with ``mine``, by change."""
    found: dict[int, list[int]] = {}
    if not change_ids or not mine:
        return found
    query = select(table.change_id, table.item_id).where(table.change_id.in_(change_ids))
    for change_id, item_id in session.execute(query.order_by(table.item_id)):
        if item_id in mine:
            found.setdefault(change_id, []).append(item_id)
    return found
