"""What a plan's failure means to somebody: services by name, redundancy lost, promises, places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.query.items import find_items
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.snapshot.live import Snapshot
from server.desk.changes.queries.plan import Plan
from server.desk.sla.models import SlaClock
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor, Permission
from server.items.blast import Blast, ReachedService
from server.items.impact import ImpactAnswer, suffering_services
from server.items.impacts.naming import NamedItem, group_names, name_items
from server.items.impacts.reaching import sites_reached
from server.items.impacts.sight import Ids, Mask, columns_for_sight, in_sight
from server.items.scope import visible_items
from server.items.sites import sites_in_sight, sites_of

#: Services that a preview names, worst first; of what is lost and promised so many lines.
SHOWN = 20
_LINES = 20
#: Groups among which the ones that may lose nothing more are picked out.
_GROUPS = 200
#: Items whose places are looked up: the worst ones.
_PLACED = 200


@dataclass(frozen=True, slots=True)
class LostRedundancy:
    """A group that holds with less than it had. ``last``: the next loss takes the item down."""

    item: NamedItem
    group: str
    required: float
    remaining: float

    @property
    def last(self) -> bool:
        """Say whether it stands on the last that it needs."""
        return self.remaining <= self.required


@dataclass(frozen=True, slots=True)
class RunningPromise:
    """A promise about an open ticket that still runs when the window opens."""

    ticket: Ticket
    measure: str
    due_at: datetime
    #: It ends before the window does.
    ends_inside: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """All that a preview says by name; what is out of sight is left out."""

    impact: ImpactAnswer
    #: Services in sight that suffer beside those that are named.
    more_services: int = 0
    lost: Sequence[LostRedundancy] = ()
    #: Whether more redundancy is lost than is named.
    more_lost: bool = False
    promises: Sequence[RunningPromise] = ()
    more_promises: bool = False
    sites: Sequence[Item] = ()


def effects_of(
    session: Session,
    actor: Actor,
    plan: Plan,
    blast: Blast,
    report: ImpactReport | None,
    snapshot: Snapshot,
) -> Effects:
    """Return what suffers, by name; nothing for an approver who may not read items at all."""
    if not actor.may(Permission.ITEM_READ):
        return Effects(ImpactAnswer((), (), None, None, snapshot.sequence))
    impact, more_services = _answer(session, actor, plan, blast, report, snapshot)
    if report is None:
        return Effects(impact)
    lost = _lost(session, actor, report, snapshot)
    promises = _promises(session, actor, plan, blast)
    return Effects(
        impact,
        more_services,
        lost[:_LINES],
        len(lost) > _LINES,
        promises[:_LINES],
        len(promises) > _LINES,
        _sites(session, actor, report.ids[:_PLACED].tolist()),
    )


def _answer(
    session: Session,
    actor: Actor,
    plan: Plan,
    blast: Blast,
    report: ImpactReport | None,
    snapshot: Snapshot,
) -> tuple[ImpactAnswer, int]:
    """Return the answer, and how many services in sight suffer beside those it names."""
    found = find_items(session, list(plan.item_ids), visible_items(actor))
    failed = tuple(found[i] for i in dict.fromkeys(plan.item_ids) if i in found)
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    hidden = 0 if may_count else None
    if report is None:
        totals: dict[State, int] | None = {} if may_count else None
        return ImpactAnswer(failed, (), totals, hidden, snapshot.sequence, blast.outside), 0
    if may_count:
        hidden = int((~_seen(session, actor, snapshot, report.ids)).sum())
    services = _services_in_sight(session, actor, blast, snapshot)
    answer = ImpactAnswer(
        failed,
        suffering_services(session, actor, report, SHOWN, services[:SHOWN]),
        blast.counts if may_count else None,
        hidden,
        snapshot.sequence,
        blast.outside,
    )
    return answer, max(0, len(services) - SHOWN)


def _services_in_sight(
    session: Session, actor: Actor, blast: Blast, snapshot: Snapshot
) -> list[ReachedService]:
    """Return the services in sight, worst and most critical first."""
    ids = np.array([one.item_id for one in blast.services], np.int64)
    if not len(ids):
        return []
    seen = _seen(session, actor, snapshot, ids)
    found = [one for one, is_seen in zip(blast.services, seen, strict=True) if is_seen]
    return sorted(found, key=lambda one: (-one.state, _tier(one.criticality)))


def _seen(session: Session, actor: Actor, snapshot: Snapshot, ids: Ids) -> Mask:
    return in_sight(session, actor, ids, columns_for_sight(actor, snapshot, ids))


def _tier(criticality: int | None) -> int:
    return 9 if criticality is None else criticality


def _sites(session: Session, actor: Actor, item_ids: Sequence[int]) -> list[Item]:
    """Return the sites at which items stand, by their relations and by what is written on them."""
    known = {site.id: site for site in sites_in_sight(session, actor)}
    if not known:
        return []
    found = set(sites_of(session, item_ids, known).values())
    found |= {site.id for site in sites_reached(session, actor, item_ids)}
    return [site for site_id, site in known.items() if site_id in found]


def _lost(
    session: Session, actor: Actor, report: ImpactReport, snapshot: Snapshot
) -> list[LostRedundancy]:
    """Return groups that lost members and hold: first those that may lose nothing more."""
    losses = report.losses(report.ids)
    holding = np.flatnonzero(losses.holds)
    spare = losses.remaining[holding] - losses.required[holding]
    rows = holding[np.argsort(spare, kind="stable")][:_GROUPS].tolist()
    names = name_items(session, actor, snapshot, losses.items[rows].tolist())
    groups = group_names(session, losses.groups[rows].tolist(), snapshot.sequence)
    found = [
        LostRedundancy(
            names[item_id],
            groups.get(int(losses.groups[row]), ""),
            float(losses.required[row]),
            float(losses.remaining[row]),
        )
        for row in rows
        for item_id in (int(losses.items[row]),)
        if item_id in names
    ]
    return sorted(found, key=_most_pressing)


def _most_pressing(one: LostRedundancy) -> tuple[bool, int, str]:
    return not one.last, _tier(one.item.criticality), one.item.name


def _promises(session: Session, actor: Actor, plan: Plan, blast: Blast) -> list[RunningPromise]:
    """Return promises about what suffers, those that end first first; without a window none."""
    if plan.window_start is None or plan.window_end is None:
        return []
    services = [one.item_id for one in blast.services]
    about = (
        _names_any(session, AffectedItem, [*plan.item_ids, *services]),
        _names_any(session, AffectedService, services),
    )
    query = (
        select(Ticket, SlaClock.measure, SlaClock.due_at)
        .join(SlaClock, SlaClock.ticket_id == Ticket.id)
        .where(
            Ticket.is_open,
            SlaClock.holder == "",
            SlaClock.stopped_at.is_(None),
            SlaClock.breached_at.is_(None),
            SlaClock.due_at > plan.window_start,
            or_(*about),
            visible_tickets(actor),
        )
        .order_by(SlaClock.due_at, Ticket.id)
        .limit(_LINES + 1)
    )
    return [
        RunningPromise(ticket, measure, due_at, due_at < plan.window_end)
        for ticket, measure, due_at in session.execute(query)
        if due_at is not None
    ]


def _names_any(
    session: Session, table: type[AffectedItem | AffectedService], item_ids: Iterable[int]
) -> ColumnElement[bool]:
    query = select(table.ticket_id).where(among(session, table.item_id, item_ids))
    return Ticket.id.in_(query)
