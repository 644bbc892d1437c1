"""Reading the stored sweep for an actor: what is at risk, as of the night it was computed.

Every answer carries the stamp of the sweep, so that its age can be shown; without a finished sweep
the stamp is None and there are no rows. The live answer is always the engine's. Items out of sight
are left out; numbers that count them need ``impact:count_hidden``, else they are None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from cmdb.records.relations import current_sequence
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.impacts.models import BlastRow, ImpactSweep, ServiceStanding, SinglePoint
from server.items.queries import SORTS, get_item
from server.items.scope import visible_items

Row = TypeVar("Row")

_MANY = 200


@dataclass(frozen=True, slots=True)
class SweepStamp:
    """When a sweep was computed: the graph's change sequence and the moment it was read.

    ``behind`` is by how many changes the graph has moved on since; 0 means that it still holds.
    """

    sweep_id: int
    sequence: int
    built_at: datetime
    behind: int


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An item, and what goes down with it: items (itself included) and services."""

    item: Item
    down: int | None
    services: int | None


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service, on how many items it stands, and how many of them take it down alone."""

    item: Item
    suppliers: int | None
    single_points: int | None
    #: False where each of its suppliers takes it down alone.
    redundant: bool


@dataclass(frozen=True, slots=True)
class Stored(Generic[Row]):
    """Rows of the stored sweep; ``hidden`` counts rows out of sight, None without the right."""

    stamp: SweepStamp | None
    rows: Sequence[Row] = ()
    hidden: int | None = None
    next_cursor: str | None = None


def latest_sweep(session: Session) -> SweepStamp | None:
    """Return the newest finished sweep, or None before the first."""
    newest = (
        select(ImpactSweep)
        .where(ImpactSweep.finished_at.is_not(None))
        .order_by(ImpactSweep.id.desc())
        .limit(1)
    )
    found = session.scalar(newest)
    if found is None:
        return None
    behind = max(current_sequence(session) - found.sequence, 0)
    return SweepStamp(found.id, found.sequence, found.built_at, behind)


def single_points_of(
    session: Session, actor: Actor, service_id: int, limit: int = _MANY
) -> Stored[RiskRow]:
    """Return the items whose failure alone takes a service down, the widest blast first.

    Raises ``ItemNotFound`` for a service that does not exist or is out of sight.
    """
    get_item(session, actor, service_id)
    stamp = latest_sweep(session)
    if stamp is None:
        return Stored(None)
    these = (SinglePoint.sweep_id == stamp.sweep_id, SinglePoint.service_id == service_id)
    query = (
        _risks(actor, stamp)
        .join(SinglePoint, SinglePoint.cause_id == Item.id)
        .where(*these)
        .order_by(BlastRow.down.desc(), Item.name_key, Item.id)
    )
    rows = [_risk(actor, row) for row in session.execute(query.limit(limit))]
    return Stored(stamp, rows, _hidden(session, actor, these))


def riskiest_items(
    session: Session, actor: Actor, limit: int = 50, by: str = "down"
) -> Stored[RiskRow]:
    """Return the items with the widest blast, ``by`` "down" (items) or "services"."""
    return ranked_items(session, actor, PageRequest(f"-{by}", limit=limit))


def ranked_items(session: Session, actor: Actor, request: PageRequest) -> Stored[RiskRow]:
    """Return one page of the blast-radius ranking, sorted by ``down`` or ``services``."""
    actor.require(Permission.ITEM_READ)
    stamp = latest_sweep(session)
    if stamp is None:
        return Stored(None)
    sorts = {"down": SortKey(BlastRow.down, int), "services": SortKey(BlastRow.services, int)}
    page: Page[Any] = fetch_page(session, _risks(actor, stamp), request, sorts, BlastRow.item_id)
    return Stored(stamp, [_risk(actor, row) for row in page.rows], next_cursor=page.next_cursor)


def services_without_redundancy(
    session: Session, actor: Actor, limit: int = _MANY
) -> Stored[ServiceRow]:
    """Return the services that every single one of their suppliers takes down.

    The most critical first, then those that stand on the most items. A service that stands on
    nothing is not among them: nothing is known of it.
    """
    actor.require(Permission.ITEM_READ)
    stamp = latest_sweep(session)
    if stamp is None:
        return Stored(None)
    tier = func.coalesce(Item.criticality, 9)
    query = (
        _standings(actor, stamp)
        .where(
            ServiceStanding.suppliers > 0,
            ServiceStanding.single_points >= ServiceStanding.suppliers,
        )
        .order_by(tier, ServiceStanding.suppliers.desc(), Item.name_key, Item.id)
        .limit(limit)
    )
    return Stored(stamp, [_service(actor, row) for row in session.execute(query)])


def weakest_services(session: Session, actor: Actor, limit: int = _MANY) -> Stored[ServiceRow]:
    """Return the services that anything takes down alone, those with the most such first."""
    request = PageRequest("-single_points", limit=limit)
    return ranked_services(session, actor, request, ServiceStanding.single_points > 0)


def ranked_services(
    session: Session, actor: Actor, request: PageRequest, *these: ColumnElement[bool]
) -> Stored[ServiceRow]:
    """Return one page of the services, by ``single_points``, ``suppliers`` or ``name``."""
    actor.require(Permission.ITEM_READ)
    stamp = latest_sweep(session)
    if stamp is None:
        return Stored(None)
    sorts = {
        "single_points": SortKey(ServiceStanding.single_points, int),
        "suppliers": SortKey(ServiceStanding.suppliers, int),
        "name": SORTS["name"],
    }
    query, key = _standings(actor, stamp).where(*these), ServiceStanding.item_id
    page: Page[Any] = fetch_page(session, query, request, sorts, key)
    rows = [_service(actor, row) for row in page.rows]
    return Stored(stamp, rows, next_cursor=page.next_cursor)


def _risks(actor: Actor, stamp: SweepStamp) -> Select[Item, int, int]:
    """Select items in sight that take something along."""
    return (
        select(Item, BlastRow.down, BlastRow.services)
        .join(BlastRow, BlastRow.item_id == Item.id)
        .where(BlastRow.sweep_id == stamp.sweep_id, visible_items(actor))
    )


def _standings(actor: Actor, stamp: SweepStamp) -> Select[Item, int, int]:
    """Select services in sight with what they stand on."""
    return (
        select(Item, ServiceStanding.suppliers, ServiceStanding.single_points)
        .join(ServiceStanding, ServiceStanding.item_id == Item.id)
        .where(ServiceStanding.sweep_id == stamp.sweep_id, visible_items(actor))
    )


def _hidden(session: Session, actor: Actor, these: Sequence[ColumnElement[bool]]) -> int | None:
    """Count the single points out of sight, for whoever may."""
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        return None
    seen = select(Item.id).where(Item.id == SinglePoint.cause_id, visible_items(actor)).exists()
    count = select(func.count()).select_from(SinglePoint).where(*these, ~seen)
    return session.scalar(count) or 0


def _risk(actor: Actor, row: Any) -> RiskRow:
    item, down, services = row
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return RiskRow(item, down if counted else None, services if counted else None)


def _service(actor: Actor, row: Any) -> ServiceRow:
    item, suppliers, single_points = row
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return ServiceRow(
        item,
        suppliers if counted else None,
        single_points if counted else None,
        redundant=single_points < suppliers,
    )
