"""What a set of failures does: computed on the whole graph, told as far as the actor may look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.blast import ReachedService, compute_impact, reached_services
from server.items.impacts.graphs import graph_at
from server.items.impacts.places import cursor_at, place_after
from server.items.impacts.questions import AFFECTED, MAX_ROWS, ImpactQuestion
from server.items.impacts.reaching import NO_READERS, Reach, Readers, reach_of
from server.items.impacts.sight import Mask, columns_for_sight, in_sight
from server.items.impacts.spreads import RowFinder, Rows, Spread, Telling, spread_of
from server.items.scope import visible_items

#: Services that one answer tells beside its page of rows.
_MOST_SERVICES = 1_000
#: Sorts behind every tier.
_UNRATED = 9


@dataclass(frozen=True, slots=True)
class SpreadAnswer:
    """What a set of failures does. ``spread`` is None when none of them takes part in impact.

    ``totals`` and ``hidden`` are None unless the actor may count what is hidden. ``outside`` are
    items named as failed that take no part: retired, planned or in stock.
    """

    failed: Sequence[Item]
    outside: Sequence[int]
    sequence: int
    spread: Spread | None = None
    totals: Mapping[State, int] | None = None
    hidden: int | None = None
    reached: Reach | None = None
    next_cursor: str | None = None


def answer_question(
    session: Session,
    actor: Actor,
    question: ImpactQuestion,
    readers: Readers = NO_READERS,
) -> SpreadAnswer:
    """Return what suffers when the items of ``question`` fail together.

    Rows show only items in sight; neither totals nor the number of hidden ones appear without
    ``impact:count_hidden``. Raises ``InvalidValue`` for a damaged cursor. The number of statements
    does not grow with the number of items.
    """
    actor.require(Permission.ITEM_READ)
    after = place_after(question.cursor, 3) if question.cursor else None
    snapshot = graph_at(session, question.as_of)
    report, sequence, outside = compute_impact(session, question.failed, snapshot)
    failed = _failures(session, actor, question.failed)
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    if report is None:
        none = dict.fromkeys(AFFECTED, 0) if may_count else None
        return SpreadAnswer(failed, outside, sequence, None, none, 0 if may_count else None)
    reached = reached_services(session, report)
    columns = columns_for_sight(actor, snapshot, report.ids, question.as_of)
    seen = in_sight(session, actor, report.ids, columns)
    shown, cursor = _page(report, seen, question, after)
    services = _services(report, seen, reached)
    telling = Telling(seen, shown, services, question.paths, question.groups)
    return SpreadAnswer(
        failed=failed,
        outside=outside,
        sequence=sequence,
        spread=spread_of(session, snapshot, report, telling),
        totals=report.count_by_state() if may_count else None,
        hidden=int(len(seen) - seen.sum()) if may_count else None,
        reached=(reach_of(session, actor, report, reached, readers) if question.reached else None),
        next_cursor=cursor,
    )


def _failures(session: Session, actor: Actor, item_ids: Sequence[int]) -> list[Item]:
    found = find_items(session, list(item_ids), visible_items(actor))
    return [found[item_id] for item_id in dict.fromkeys(item_ids) if item_id in found]


def _page(
    report: ImpactReport, seen: Mask, question: ImpactQuestion, after: Sequence[int] | None
) -> tuple[Rows, str | None]:
    """Return the rows to show, and the cursor of the page behind them."""
    wanted = seen
    if set(question.states) != set(AFFECTED):
        wanted = wanted & np.isin(report.states, [int(state) for state in question.states])
    if after is not None:
        wanted = wanted & _behind(report, after)
    rows = np.flatnonzero(wanted)
    limit = min(question.limit, MAX_ROWS)
    shown = rows[:limit]
    if len(rows) <= limit or not len(shown):
        return shown, None
    last = shown[-1]
    key = report.states[last], report.distances[last], report.ids[last]
    return shown, cursor_at(*map(int, key))


def _behind(report: ImpactReport, after: Sequence[int]) -> Mask:
    """Say which rows sort after (state, distance, item): worst first, then nearest, then by id."""
    state, distance, item = after
    further = report.distances > distance
    beside = (report.distances == distance) & (report.ids > item)
    same = report.states == state
    return np.asarray((report.states < state) | (same & (further | beside)))


def _services(report: ImpactReport, seen: Mask, reached: Sequence[ReachedService]) -> Rows:
    """Return the rows of the services in sight: worst, then most critical, then nearest first."""
    ordered = sorted(reached, key=_worst_first)
    rows = RowFinder(report.ids).rows(np.array([one.item_id for one in ordered], np.int64))
    return rows[seen[rows]][:_MOST_SERVICES]


def _worst_first(one: ReachedService) -> tuple[int, int]:
    return -one.state, _UNRATED if one.criticality is None else one.criticality
