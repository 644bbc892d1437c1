"""How far a failure reaches, in numbers that tickets and changes store, and what lies upstream."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.model import standing_model
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Membership
from cmdb.snapshot.live import LIVE, Snapshot
from cmdb.vocabulary import SERVICE, PartyRole

#: Ids that one statement names; beyond this all services are read and picked out here.
_NAMED = 900


@dataclass(frozen=True, slots=True)
class ReachedService:
    """A service that a failure reaches."""

    item_id: int
    criticality: int | None
    state: State


@dataclass(frozen=True, slots=True)
class Blast:
    """What the failure of some items reaches. Names nobody: it is stored, not shown.

    ``services`` is ordered worst state first; ``outside`` are items that take no part in impact.
    """

    sequence: int
    counts: Mapping[State, int] = field(default_factory=dict)
    services: Sequence[ReachedService] = ()
    people: int = 0
    outside: tuple[int, ...] = ()

    @property
    def worst_criticality(self) -> int | None:
        """Return the smallest tier among the services reached."""
        tiers = [one.criticality for one in self.services if one.criticality is not None]
        return min(tiers, default=None)


def compute_impact(
    session: Session, item_ids: Iterable[int], snapshot: Snapshot | None = None
) -> tuple[ImpactReport | None, int, tuple[int, ...]]:
    """Return (report, sequence, items outside the graph) for all of ``item_ids`` failing at once.

    The report is None when none of them takes part in impact.
    """
    snapshot = snapshot or LIVE.at(session)
    wanted = [ItemId(item_id) for item_id in dict.fromkeys(item_ids)]
    outside: tuple[int, ...] = ()
    try:
        report = snapshot.engine.impact(wanted) if wanted else None
    except ItemNotInGraph:
        inside = [item_id for item_id in wanted if takes_part(snapshot.engine, item_id)]
        outside = tuple(item_id for item_id in wanted if item_id not in frozenset(inside))
        report = snapshot.engine.impact(inside) if inside else None
    return report, snapshot.sequence, outside


def takes_part(engine: ImpactEngine, item_id: ItemId) -> bool:
    """Say whether a graph holds an item; one that is retired or only planned is outside."""
    try:
        engine.suppliers(item_id, within=0)
    except ItemNotInGraph:
        return False
    return True


def blast_of(session: Session, item_ids: Iterable[int], snapshot: Snapshot | None = None) -> Blast:
    """Return what the failure of ``item_ids``, all at once, reaches. One query at most."""
    return spread_of(session, item_ids, snapshot)[0]


def spread_of(
    session: Session, item_ids: Iterable[int], snapshot: Snapshot | None = None
) -> tuple[Blast, ImpactReport | None]:
    """Return the same with the report it was made of, for who asks more of it."""
    graph = snapshot or LIVE.at(session)
    report, sequence, outside = compute_impact(session, item_ids, graph)
    if report is None:
        return Blast(sequence, outside=outside), None
    services = services_among(graph, report)
    blast = Blast(
        sequence=sequence,
        counts=report.count_by_state(),
        services=services,
        people=people_using(session, [one.item_id for one in services]),
        outside=outside,
    )
    return blast, report


def service_classes() -> list[str]:
    """Return the classes whose items count as services in an answer."""
    return sorted(standing_model().descendants(SERVICE))


def reached_services(session: Session, report: ImpactReport) -> list[ReachedService]:
    """Return the services among the affected items, worst first, with one query."""
    query = select(Item.id, Item.criticality).where(Item.class_code.in_(service_classes()))
    ids = report.ids
    if len(ids) <= _NAMED:
        query = query.where(Item.id.in_(ids.tolist()))
    tiers = {row.id: row.criticality for row in session.execute(query)}
    rows = np.flatnonzero(np.isin(ids, np.fromiter(tiers, np.int64, len(tiers))))
    return [
        ReachedService(item_id, tiers[item_id], State(state))
        for item_id, state in zip(ids[rows].tolist(), report.states[rows].tolist(), strict=True)
    ]


#: To look a state up is four times as fast as to call for it, for thousands of services.
_STATES = {int(state): state for state in State}


def services_among(snapshot: Snapshot, report: ImpactReport) -> list[ReachedService]:
    """Return the same from what lies beside the graph that was asked, without a query."""
    rows = np.flatnonzero(np.isin(report.ids, snapshot.of_classes(service_classes())))
    ids = report.ids[rows]
    tiers = snapshot.named(ids).criticality
    states = map(_STATES.__getitem__, report.states[rows].tolist())
    return [
        ReachedService(item_id, tier, state)
        for item_id, tier, state in zip(ids.tolist(), tiers, states, strict=True)
    ]


def people_using(session: Session, item_ids: Sequence[int]) -> int:
    """Count the people who use any of the items, by themselves or through a group.

    Counted over the first 900 items: beyond that the number says no more than "very many".
    """
    if not item_ids:
        return 0
    uses = (
        ItemParty.item_id.in_(item_ids[:_NAMED]),
        ItemParty.role == PartyRole.USER.value,
    )
    people = union(
        select(ItemParty.person_id).where(*uses, ItemParty.person_id.is_not(None)),
        select(Membership.person_id)
        .join(ItemParty, ItemParty.group_id == Membership.group_id)
        .where(*uses),
    ).subquery()
    return session.scalar(select(func.count()).select_from(people)) or 0


def upstream_of(
    snapshot: Snapshot, item_ids: Iterable[int], within: int, limit: int
) -> dict[int, int]:
    """Return the items and what they need, up to ``within`` hops, each with its distance.

    Nearest first; at most ``limit`` entries.
    """
    hops: dict[int, int] = {}
    for item_id in item_ids:
        hops[item_id] = 0
        try:
            needs = snapshot.engine.suppliers(ItemId(item_id), within)
        except ItemNotInGraph:
            continue
        for supplier, distance in zip(needs.ids.tolist(), needs.distances.tolist(), strict=True):
            hops[supplier] = min(distance, hops.get(supplier, distance))
    nearest = sorted(hops.items(), key=lambda pair: (pair[1], pair[0]))
    return dict(nearest[:limit])
