"""Impact answers with names: computed on the whole graph, hidden where the actor may not look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, defer

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import Reason, State, Step
from cmdb.inventory.lookup import parts
from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup
from cmdb.snapshot.live import Snapshot
from server.foundation.permissions import Actor, Permission
from server.items.blast import ReachedService, compute_impact, reached_services
from server.items.scope import sees_every_item, visible_items

#: Rows of one answer that carry names, reasons and paths; totals always count everything.
MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Hop:
    """One item of a path; ``item`` is None where the actor may not see it."""

    item: Item | None
    state: State
    #: How the failure came here: "failed", "hard", "soft" or "member".
    kind: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """One affected item that the actor may see."""

    item: Item
    state: State
    distance: int
    reason: str
    #: The supplier the state came from; None where it is hidden or the item failed itself.
    because_of: Item | None
    group: str
    path: tuple[Hop, ...]
    is_service: bool


@dataclass(frozen=True, slots=True)
class ImpactAnswer:
    """What a set of failures does. ``hidden`` is None unless the actor may count what is hidden."""

    failed: tuple[Item, ...]
    rows: tuple[AffectedRow, ...]
    totals: Mapping[State, int] | None
    hidden: int | None
    sequence: int
    #: Items named as failed that take no part in impact (retired, planned, unknown).
    outside: tuple[int, ...] = ()

    @property
    def services(self) -> tuple[AffectedRow, ...]:
        """Return the affected services, worst and most critical first."""
        found = [row for row in self.rows if row.is_service]
        return tuple(sorted(found, key=_worst_first))


def _worst_first(row: AffectedRow) -> tuple[int, int, int, str]:
    tier = row.item.criticality if row.item.criticality is not None else 9
    return (-row.state, tier, row.distance, row.item.name_key)


def answer_impact(
    session: Session,
    actor: Actor,
    item_ids: Sequence[int],
    limit: int = 200,
    snapshot: Snapshot | None = None,
) -> ImpactAnswer:
    """Return what suffers when ``item_ids`` fail together, services always included.

    Computed on the whole graph; rows show only items in sight, and neither totals nor the number
    of hidden ones appear without ``impact:count_hidden``. ``snapshot`` is the graph asked, None for
    that of now.
    """
    actor.require(Permission.ITEM_READ)
    report, sequence, outside = compute_impact(session, item_ids, snapshot)
    named = _named_failures(session, actor, item_ids)
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    if report is None:
        nothing: dict[State, int] | None = {} if may_count else None
        return ImpactAnswer(named, (), nothing, 0 if may_count else None, sequence, outside)
    services = frozenset(one.item_id for one in reached_services(session, report))
    seen = _in_sight(session, actor, report)
    wanted = _chosen(seen, services, min(limit, MAX_ROWS))
    names = _Names(session, actor, report, wanted)
    rows = tuple(names.row(item_id, services) for item_id in wanted if item_id in names.items)
    return ImpactAnswer(
        failed=named,
        rows=rows,
        totals=report.count_by_state() if may_count else None,
        hidden=len(report) - len(seen) if may_count else None,
        sequence=sequence,
        outside=outside,
    )


def _named_failures(session: Session, actor: Actor, item_ids: Sequence[int]) -> tuple[Item, ...]:
    found = find_items(session, list(item_ids), visible_items(actor))
    return tuple(found[i] for i in dict.fromkeys(item_ids) if i in found)


def _in_sight(session: Session, actor: Actor, report: ImpactReport) -> list[int]:
    """Return the affected items that the actor may see, worst first."""
    ids: list[int] = report.ids.tolist()
    if sees_every_item(actor):
        return ids
    condition = visible_items(actor)
    seen: set[int] = set()
    for part in parts(ids):
        seen |= set(session.scalars(select(Item.id).where(Item.id.in_(part), condition)))
    return [item_id for item_id in ids if item_id in seen]


def _chosen(ids: Sequence[int], services: frozenset[int], limit: int) -> list[int]:
    """Return the ids to show: worst first, and every service even beyond the limit."""
    return [*ids[:limit], *(item_id for item_id in ids[limit:] if item_id in services)]


def suffering_services(
    session: Session,
    actor: Actor,
    report: ImpactReport,
    limit: int = 50,
    reached: Sequence[ReachedService] | None = None,
) -> tuple[AffectedRow, ...]:
    """Return the services a failure reaches, worst and most critical first. Two queries.

    ``reached`` are all of them, where the caller knows them.
    """
    reached = list(reached_services(session, report) if reached is None else reached)
    reached.sort(key=lambda one: (-one.state, 9 if one.criticality is None else one.criticality))
    wanted = [one.item_id for one in reached]
    if len(wanted) > limit and not sees_every_item(actor):
        seen = find_items(session, wanted, visible_items(actor))
        wanted = [item_id for item_id in wanted if item_id in seen]
    wanted = wanted[:limit]
    names = _Names(session, actor, report, wanted)
    rows = [names.row(item_id, frozenset(wanted)) for item_id in wanted if item_id in names.items]
    return tuple(sorted(rows, key=_worst_first))


class _Names:
    """The items and groups that an answer names, read in a few queries."""

    def __init__(
        self, session: Session, actor: Actor, report: ImpactReport, wanted: Sequence[int]
    ) -> None:
        self._report = report
        self._paths = {i: report.path(ItemId(i)) for i in wanted}
        self._reasons = {i: report.reason(ItemId(i)) for i in wanted}
        steps = [step for path in self._paths.values() for step in path]
        ids = set(wanted) | {int(step.provider) for step in steps}
        self._group_ids = {step.group_id for step in steps if step.group_id is not None}
        self.items: dict[int, Item] = {}
        self._groups: dict[int, str] = {}
        condition = visible_items(actor)
        for part in parts(sorted(ids)):
            self._read(session, part, condition)

    def _read(self, session: Session, part: Sequence[int], condition: ColumnElement[bool]) -> None:
        """Read items, and with a dependant the groups it falls with: one query for both."""
        its_group = and_(
            RedundancyGroup.dependant_id == Item.id,
            RedundancyGroup.id.in_(sorted(self._group_ids)),
        )
        query = select(Item, RedundancyGroup.id, RedundancyGroup.name)
        # Names alone are told, and of a thousand documents none is looked at.
        query = query.options(defer(Item.attributes))
        query = query.outerjoin(RedundancyGroup, its_group).where(Item.id.in_(part), condition)
        for item, group_id, name in session.execute(query):
            self.items[item.id] = item
            if group_id is not None:
                self._groups[group_id] = name

    def row(self, item_id: int, services: frozenset[int]) -> AffectedRow:
        reason = self._reasons[item_id]
        step = reason.step if reason else None
        return AffectedRow(
            item=self.items[item_id],
            state=self._report.state(ItemId(item_id)),
            distance=self._report.distance(ItemId(item_id)),
            reason=_reason_text(reason),
            because_of=self.items.get(int(step.provider)) if step else None,
            group=self._group(step),
            path=self._hops(item_id),
            is_service=item_id in services,
        )

    def _group(self, step: Step | None) -> str:
        if step is None or step.group_id is None:
            return ""
        return self._groups.get(step.group_id, "")

    def _hops(self, item_id: int) -> tuple[Hop, ...]:
        path = self._paths[item_id]
        start = int(path[0].provider) if path else item_id
        hops = [Hop(self.items.get(start), self._report.state(ItemId(start)), "failed")]
        for step in path:
            dependant = int(step.dependant)
            state = self._report.state(ItemId(dependant))
            hops.append(Hop(self.items.get(dependant), state, step.kind, self._group(step)))
        return tuple(hops)


def _reason_text(reason: Reason | None) -> str:
    return reason.kind.text if reason is not None else ""
