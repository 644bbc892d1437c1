"""Other changes at the same time that touch the same items or hit the same services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.desk.changes.models import Change, ChangeItem, ChangeService
from server.desk.changes.queries.scope import visible_changes
from server.foundation.permissions import Actor
from server.items.scope import visible_items

#: States in which a change holds its window.
_HOLDING = ("approval", "scheduled", "implementing")


@dataclass(frozen=True, slots=True)
class Collision:
    """Another change in the same window, with what both touch and what both hit."""

    change: Change
    items: tuple[Item, ...]
    services: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a change takes: items and services, from when to when."""

    item_ids: Sequence[int]
    service_ids: Sequence[int]
    start: datetime | None
    end: datetime | None
    change_id: int | None = None


def collisions_of(session: Session, actor: Actor, claimed: Claimed) -> list[Collision]:
    """Return the changes in sight that collide, by their window. Four queries."""
    if claimed.start is None or claimed.end is None:
        return []
    query = select(Change).where(
        Change.state.in_(_HOLDING),
        Change.window_start < claimed.end,
        Change.window_end > claimed.start,
        visible_changes(actor),
    )
    if claimed.change_id is not None:
        query = query.where(Change.id != claimed.change_id)
    others = session.scalars(query.order_by(Change.window_start, Change.id)).all()
    ids = [change.id for change in others]
    items = _shared(session, ChangeItem, ids, set(claimed.item_ids))
    services = _shared(session, ChangeService, ids, set(claimed.service_ids))
    named = {i for shared in (*items.values(), *services.values()) for i in shared}
    known = find_items(session, sorted(named), visible_items(actor)) if named else {}
    return [
        Collision(
            change,
            tuple(known[i] for i in items.get(change.id, ()) if i in known),
            tuple(known[i] for i in services.get(change.id, ()) if i in known),
        )
        for change in others
        if change.id in items or change.id in services
    ]


def _shared(
    session: Session,
    table: type[ChangeItem | ChangeService],
    change_ids: Sequence[int],
    mine: set[int],
) -> dict[int, list[int]]:
    """Return what other changes have in common with ``mine``, by change."""
    found: dict[int, list[int]] = {}
    if not change_ids or not mine:
        return found
    query = select(table.change_id, table.item_id).where(table.change_id.in_(change_ids))
    for change_id, item_id in session.execute(query.order_by(table.item_id)):
        if item_id in mine:
            found.setdefault(change_id, []).append(item_id)
    return found
