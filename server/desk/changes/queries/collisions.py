"""Other changes at the same time that get in each other's way, through the whole graph.

Two changes collide when they touch the same item, when either takes the same service down, when
together they take down what neither does alone (the last two legs of one redundancy), or when the
same person carries both out. Decided by ``ImpactEngine.collisions``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import CollisionQuestion, PlannedChange
from cmdb.inventory.lookup import parts
from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE, Snapshot
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries.scope import visible_changes
from server.foundation.permissions import Actor, Permission
from server.items.blast import service_classes
from server.items.scope import visible_items

#: States in which a change holds its window.
HOLDING = ("approval", "scheduled", "implementing")
#: Items of each kind that are named of one collision.
NAMED = 20
#: The number under which the asking change goes while it has none: no row has it.
_UNSTORED = 0


@dataclass(frozen=True, slots=True)
class Collision:
    """Another change in the same window, and in what way the two meet.

    ``services`` go down with either, ``only_together`` with neither alone but with both.
    """

    change: Change
    items: tuple[Item, ...]
    services: tuple[Item, ...]
    only_together: tuple[Item, ...] = ()
    same_implementer: bool = False


@dataclass(frozen=True, slots=True)
class Clashes:
    """The collisions in sight; ``hidden`` is None unless the actor may count what is hidden."""

    seen: Sequence[Collision]
    hidden: int | None
    #: All there are, whoever asks: for risk, which is nobody's view.
    number: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a change takes: its items, from when to when, and by whom."""

    item_ids: Sequence[int]
    start: datetime | None
    end: datetime | None
    change_id: int | None = None
    implementer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One other change that is met, by numbers: what is stored and compared, not shown."""

    change_id: int
    items: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    only_together: tuple[int, ...] = ()
    same_implementer: bool = False


def collisions_of(session: Session, actor: Actor, met_by: Sequence[Meeting]) -> Clashes:
    """Return the changes that collide, by their window; out of sight they are only counted."""
    met = {one.change_id: one for one in met_by}
    if not met:
        return Clashes((), 0 if actor.may(Permission.IMPACT_COUNT_HIDDEN) else None, 0)
    query = select(Change).where(Change.id.in_(sorted(met)), visible_changes(actor))
    changes = session.scalars(query.order_by(Change.window_start, Change.id)).all()
    named = {
        item_id
        for change in changes
        for one in (met[change.id],)
        for ids in (one.items, one.services, one.only_together)
        for item_id in ids[:NAMED]
    }
    known = find_items(session, sorted(named), visible_items(actor)) if named else {}
    seen = [_shown(change, met[change.id], known) for change in changes]
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return Clashes(seen, len(met) - len(seen) if may_count else None, len(met))


def _shown(change: Change, met: Meeting, known: Mapping[int, Item]) -> Collision:
    def named(ids: Iterable[int]) -> tuple[Item, ...]:
        return tuple(known[i] for i in ids if i in known)

    return Collision(
        change,
        named(met.items),
        named(met.services),
        named(met.only_together),
        met.same_implementer,
    )


def meetings_of(
    session: Session, claimed: Claimed, snapshot: Snapshot | None = None
) -> list[Meeting]:
    """Return every collision by numbers, whoever may see it. Three queries."""
    if claimed.start is None or claimed.end is None or claimed.end <= claimed.start:
        return []
    query = select(Change.id, Change.window_start, Change.window_end, Change.implementer_id).where(
        Change.state.in_(HOLDING),
        Change.window_start < claimed.end,
        Change.window_end > claimed.start,
    )
    if claimed.change_id is not None:
        query = query.where(Change.id != claimed.change_id)
    others = session.execute(query.order_by(Change.id)).all()
    if not others:
        return []
    touched = touched_by(session, [row.id for row in others])
    graph = snapshot or LIVE.at(session)
    held = frozenset(taking_part(graph, {i for ids in touched.values() for i in ids}))
    calendar = tuple(
        PlannedChange(
            row.id,
            tuple(ItemId(i) for i in touched.get(row.id, ()) if i in held),
            row.window_start.timestamp(),
            row.window_end.timestamp(),
        )
        for row in others
    )
    mine = PlannedChange(
        claimed.change_id or _UNSTORED,
        tuple(map(ItemId, taking_part(graph, claimed.item_ids))),
        claimed.start.timestamp(),
        claimed.end.timestamp(),
    )
    services = tuple(map(ItemId, graph.of_classes(service_classes()).tolist()))
    asked = CollisionQuestion(calendar, services, of=mine)
    found = {
        one.second if one.first == mine.change_id else one.first: one
        for one in graph.engine.collisions(asked)
    }
    own, result = frozenset(claimed.item_ids), []
    for row in others:
        one = found.get(row.id)
        meeting = Meeting(
            row.id,
            # Items that take no part in impact (planned ones) are met all the same.
            tuple(i for i in touched.get(row.id, ()) if i in own),
            one.services if one else (),
            one.only_together if one else (),
            claimed.implementer_id is not None and claimed.implementer_id == row.implementer_id,
        )
        if meeting != Meeting(row.id):
            result.append(meeting)
    return result


def touched_by(session: Session, change_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the items that each of some changes touches, by the change's number, ascending."""
    found: dict[int, list[int]] = {}
    for part in parts(change_ids):
        query = select(ChangeItem.change_id, ChangeItem.item_id).where(
            ChangeItem.change_id.in_(part)
        )
        for change_id, item_id in session.execute(query.order_by(ChangeItem.item_id)):
            found.setdefault(change_id, []).append(item_id)
    return found


def taking_part(graph: Snapshot, item_ids: Iterable[int]) -> list[int]:
    """Return those of the items that take part in impact."""
    wanted = np.fromiter(item_ids, np.int64)
    held = graph.engine.held
    places = np.minimum(np.searchsorted(held.ids, wanted), max(0, len(held.ids) - 1))
    known = held.ids[places] == wanted if len(held.ids) else np.zeros(len(wanted), np.bool_)
    idle = held.idle_now
    if idle is not None:
        known &= ~idle[places]
    found: list[int] = wanted[known].tolist()
    return found
