"""Reading what was found after changes, and what changed without any."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.changes.models import (
    ChangeFinding,
    ChangeIncident,
    ChangeWatch,
    UnauthorizedChange,
)
from server.desk.changes.queries.changes import find_change
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

_MOST = 500


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of a verification, and the item it is about."""

    finding: ChangeFinding
    item: Item


def findings_of(session: Session, actor: Actor, reference: str | int) -> list[FindingRow]:
    """Return what was found after a change about items in sight."""
    change = find_change(session, actor, reference)
    query = (
        select(ChangeFinding, Item)
        .join(Item, Item.id == ChangeFinding.item_id)
        .where(ChangeFinding.change_id == change.id, visible_items(actor))
        .order_by(ChangeFinding.id)
    )
    return [FindingRow(*row) for row in session.execute(query.limit(_MOST))]


def incidents_after(session: Session, actor: Actor, reference: str | int) -> list[Ticket]:
    """Return the incidents in sight that followed a change."""
    change = find_change(session, actor, reference)
    query = (
        select(Ticket)
        .join(ChangeIncident, ChangeIncident.ticket_id == Ticket.id)
        .where(ChangeIncident.change_id == change.id, visible_tickets(actor))
    )
    return list(session.scalars(query.order_by(Ticket.id)))


@dataclass(frozen=True, slots=True)
class UnauthorizedRow:
    """A difference that nobody had approved, where it is, and the ticket that rolls it back."""

    found: UnauthorizedChange
    item: Item
    ticket: Ticket | None = None


def list_unauthorized(
    session: Session, actor: Actor, states: Sequence[str] = ("open",)
) -> list[UnauthorizedRow]:
    """Return differences that nobody had approved, in sight, the latest first."""
    actor.require(Permission.CHANGE_READ)
    columns = ScopeColumns(organisation=UnauthorizedChange.organisation_id)
    query = (
        select(UnauthorizedChange, Item, Ticket)
        .join(Item, Item.id == UnauthorizedChange.item_id)
        .outerjoin(Ticket, and_(Ticket.id == UnauthorizedChange.ticket_id, visible_tickets(actor)))
        .where(
            visible(actor, Permission.CHANGE_READ, columns),
            visible_items(actor),
            UnauthorizedChange.state.in_(states),
        )
        .order_by(UnauthorizedChange.id.desc())
    )
    return [UnauthorizedRow(*row) for row in session.execute(query.limit(_MOST))]


def list_watches(session: Session, actor: Actor) -> list[ChangeWatch]:
    """Return what is watched, in sight."""
    actor.require(Permission.CHANGE_READ)
    columns = ScopeColumns(organisation=ChangeWatch.organisation_id)
    query = select(ChangeWatch).where(visible(actor, Permission.CHANGE_READ, columns))
    return list(session.scalars(query.order_by(ChangeWatch.id).limit(_MOST)))
