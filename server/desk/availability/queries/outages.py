"""When services were not up, as tickets and graph tell it and people correct it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.among import among
from server.desk.availability.models import ServiceOutage
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of

#: A ticket that came to nothing tells of no outage.
_NOTHING = "cancelled"
_began = func.coalesce(ServiceOutage.said_began_at, ServiceOutage.began_at)
_ended = func.coalesce(ServiceOutage.said_ended_at, ServiceOutage.ended_at)


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage as it counts; ``ended_at`` None: it lasts. ``reference`` is its ticket's."""

    id: int
    item_id: int
    ticket_id: int
    reference: str
    title: str
    state: str
    began_at: datetime
    ended_at: datetime | None
    counts: bool
    corrected: bool
    reason: str


def outages_among(
    session: Session, item_ids: Collection[int], since: datetime, until: datetime
) -> Mapping[int, Sequence[Outage]]:
    """Return the outages of services that reach into a time, by service, the earliest first.

    With those that a person said are none. Whose tickets they are is told apart: ``told_to``.
    """
    query = _select().where(
        among(session, ServiceOutage.item_id, sorted(item_ids)), *_reaching(since, until)
    )
    found: dict[int, list[Outage]] = defaultdict(list)
    for row, ticket in session.execute(query.order_by(_began, ServiceOutage.id)):
        found[row.item_id].append(outage_of(row, ticket))
    return found


def services_with_outages(session: Session, since: datetime, until: datetime) -> Sequence[int]:
    """Return the services of which an outage reaches into a time."""
    query = select(ServiceOutage.item_id).where(*_reaching(since, until)).distinct()
    return session.scalars(query.order_by(ServiceOutage.item_id)).all()


def _select() -> Select[ServiceOutage, Ticket]:
    return (
        select(ServiceOutage, Ticket)
        .join(Ticket, Ticket.id == ServiceOutage.ticket_id)
        .where(Ticket.state != _NOTHING)
    )


def _reaching(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    # The first condition says no more than the last one, and has indexes.
    near = or_(
        ServiceOutage.ended_at.is_(None),
        ServiceOutage.ended_at > since,
        ServiceOutage.said_ended_at > since,
    )
    return near, _began < until, or_(_ended.is_(None), _ended > since)


def outage_of(row: ServiceOutage, ticket: Ticket) -> Outage:
    """Return an outage as it counts."""
    return Outage(
        row.id,
        row.item_id,
        ticket.id,
        ticket.reference,
        ticket.title,
        row.state,
        row.said_began_at or row.began_at,
        row.said_ended_at or row.ended_at,
        row.counts,
        bool(row.reason),
        row.reason,
    )


def tickets_in_sight(session: Session, actor: Actor, ticket_ids: Collection[int]) -> set[int]:
    """Return those of the tickets that the actor may read. One statement."""
    if not ticket_ids:
        return set()
    query = select(Ticket.id).where(
        among(session, Ticket.id, sorted(ticket_ids)), visible_tickets(actor)
    )
    return set(session.scalars(query))


def find_outage(
    session: Session, actor: Actor, outage_id: int, *, lock: bool = False
) -> tuple[ServiceOutage, Ticket]:
    """Return an outage of a ticket that the actor works on and a service that they see.

    Raises ``NotFound``, ``PermissionDenied``.
    """
    actor.require(Permission.TICKET_WORK)
    query = (
        select(ServiceOutage, Ticket)
        .join(Ticket, Ticket.id == ServiceOutage.ticket_id)
        .where(ServiceOutage.id == outage_id, visible_tickets(actor, Permission.TICKET_WORK))
    )
    if lock:
        query = query.with_for_update(of=ServiceOutage).execution_options(populate_existing=True)
    found = session.execute(query).first()
    if found is None or not names_of(session, actor, [found[0].item_id]):
        raise NotFound("outage", outage_id)
    return found[0], found[1]
