"""Every two changes of some days that get in each other's way, the whole calendar at once.

What a collision is stands in ``queries.collisions``, which asks it of one change.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import CollisionQuestion, PlannedChange, overlapping
from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE, Snapshot
from server.desk.changes.models import Change
from server.desk.changes.queries.calendar import Narrowed, changes_between
from server.desk.changes.queries.collisions import HOLDING, NAMED, taking_part, touched_by
from server.desk.changes.queries.scope import visible_changes
from server.desk.changes.rules.windows import Period
from server.foundation.permissions import Actor, Permission
from server.items.blast import service_classes
from server.items.scope import visible_items

#: Changes that are compared with each other, by their window; a thousand take about a second.
_MOST = 1000
#: Pairs that are named.
_PAIRS = 200

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CollidingPair:
    """Two changes, the one that begins earlier first, and the time they share.

    ``items`` are touched by both; ``services`` go down with either, ``only_together`` with neither
    alone but with both. Of each kind at most 20 in sight.
    """

    first: Change
    second: Change
    shared: Period
    items: tuple[Item, ...]
    services: tuple[Item, ...]
    only_together: tuple[Item, ...]
    same_implementer: bool


@dataclass(frozen=True, slots=True)
class CalendarCollisions:
    """The pairs in sight by the time they share; ``more`` of them are not named.

    ``hidden`` counts pairs of which a change is out of sight; None unless the actor may count them.
    ``cut`` when there are more changes than are compared: the first thousand by their window are.
    """

    pairs: Sequence[CollidingPair]
    more: int
    hidden: int | None
    cut: bool


@dataclass(frozen=True, slots=True)
class _Met:
    """What two changes have in common, by numbers."""

    pair: _Pair
    shared: Period
    items: tuple[int, ...]
    services: tuple[int, ...]
    only_together: tuple[int, ...]
    same_implementer: bool


def collisions_between(
    session: Session,
    actor: Actor,
    asked: Period,
    narrowed: Narrowed | None = None,
    snapshot: Snapshot | None = None,
) -> CalendarCollisions:
    """Return the collisions of changes that hold their window, in some days.

    Narrowed to a site or a service, one change of each pair has to do with it.
    """
    actor.require(Permission.CHANGE_READ)
    query = select(Change.id, Change.window_start, Change.window_end, Change.implementer_id).where(
        Change.state.in_(HOLDING),
        Change.window_start < asked.end,
        Change.window_end > asked.start,
        Change.window_start < Change.window_end,
    )
    rows = session.execute(query.order_by(Change.window_start, Change.id).limit(_MOST + 1)).all()
    cut, rows = len(rows) > _MOST, rows[:_MOST]
    touched = touched_by(session, [row.id for row in rows])
    planned = {
        row.id: PlannedChange(
            row.id,
            tuple(map(ItemId, touched.get(row.id, ()))),
            row.window_start.timestamp(),
            row.window_end.timestamp(),
        )
        for row in rows
    }
    by_implementer = defaultdict(list)
    for row in rows:
        if row.implementer_id is not None:
            by_implementer[row.implementer_id].append(planned[row.id])
    met = _met(snapshot or LIVE.at(session), planned, by_implementer.values(), asked)
    if narrowed and narrowed.narrows:
        about = {one.id for one in changes_between(session, actor, asked, narrowed)}
        met = [one for one in met if about.intersection(one.pair)]
    return _in_sight(session, actor, met, cut=cut)


def _met(
    graph: Snapshot,
    planned: Mapping[int, PlannedChange],
    crews: Iterable[Sequence[PlannedChange]],
    asked: Period,
) -> list[_Met]:
    alike = {(one.change_id, two.change_id) for crew in crews for one, two in _overlapping(crew)}
    # Items that take no part in impact (planned ones) are met all the same.
    items = _both_touch(planned.values())
    held = set(taking_part(graph, {item for one in planned.values() for item in one.items}))
    calendar = tuple(
        PlannedChange(one.change_id, tuple(i for i in one.items if i in held), one.starts, one.ends)
        for one in planned.values()
    )
    services = tuple(map(ItemId, graph.of_classes(service_classes()).tolist()))
    found = {
        (one.first, one.second): one
        for one in graph.engine.collisions(CollisionQuestion(calendar, services))
    }
    result = []
    for pair in alike | items.keys() | found.keys():
        one, two = (planned[change_id] for change_id in pair)
        shared = Period(_moment(max(one.starts, two.starts)), _moment(min(one.ends, two.ends)))
        if not shared.meets(asked):
            continue
        hit = found.get(pair)
        result.append(
            _Met(
                pair if one.starts <= two.starts else (pair[1], pair[0]),
                shared,
                tuple(sorted(items.get(pair, ()))),
                hit.services if hit else (),
                hit.only_together if hit else (),
                pair in alike,
            )
        )
    return sorted(result, key=lambda one: (one.shared.start, one.pair))


def _both_touch(changes: Iterable[PlannedChange]) -> dict[_Pair, set[int]]:
    touching = defaultdict(list)
    for change in changes:
        for item in change.items:
            touching[item].append(change)
    found: dict[_Pair, set[int]] = {}
    for item, those in touching.items():
        for one, two in _overlapping(those) if len(those) > 1 else ():
            found.setdefault((one.change_id, two.change_id), set()).add(item)
    return found


def _overlapping(changes: Sequence[PlannedChange]) -> Iterable[tuple[PlannedChange, PlannedChange]]:
    return overlapping(CollisionQuestion(tuple(changes), ()))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _in_sight(
    session: Session, actor: Actor, met: Sequence[_Met], *, cut: bool
) -> CalendarCollisions:
    ids = {change_id for one in met for change_id in one.pair}
    query = select(Change).where(Change.id.in_(sorted(ids)), visible_changes(actor))
    changes = {change.id: change for change in session.scalars(query)} if ids else {}
    seen = [one for one in met if changes.keys() >= set(one.pair)]
    shown = seen[:_PAIRS]
    names = _names(session, actor, shown)

    def named(item_ids: Iterable[int]) -> tuple[Item, ...]:
        return tuple(names[i] for i in item_ids if i in names)[:NAMED]

    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return CalendarCollisions(
        [
            CollidingPair(
                changes[one.pair[0]],
                changes[one.pair[1]],
                one.shared,
                named(one.items),
                named(one.services),
                named(one.only_together),
                one.same_implementer,
            )
            for one in shown
        ],
        len(seen) - len(shown),
        len(met) - len(seen) if may_count else None,
        cut,
    )


def _names(session: Session, actor: Actor, shown: Collection[_Met]) -> Mapping[int, Item]:
    wanted = {
        item_id
        for one in shown
        for ids in (one.items, one.services, one.only_together)
        for item_id in ids
    }
    return find_items(session, sorted(wanted), visible_items(actor)) if wanted else {}
