"""Macros for whoever works on tickets; schedules for whoever says how the desk works."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.desk.routines.models import ScheduledTicket, TicketMacro, TicketSchedule
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.models import Ticket
from server.foundation.permissions import Actor, Permission


def list_macros(session: Session, actor: Actor) -> Sequence[TicketMacro]:
    """Return the macros by name, for who runs or changes them."""
    if not actor.may(Permission.ADMIN_RULES):
        actor.require(Permission.TICKET_WORK)
    query = select(TicketMacro).order_by(TicketMacro.name, TicketMacro.code)
    return session.scalars(query.limit(200)).all()


def find_macro(session: Session, actor: Actor, code: str) -> TicketMacro:
    """Return one macro, for who runs it or changes it. Raises ``NotFound``."""
    if not actor.may(Permission.ADMIN_RULES):
        actor.require(Permission.TICKET_WORK)
    found = session.get(TicketMacro, code)
    if found is None:
        raise NotFound("macro", code)
    return found


def list_schedules(session: Session, actor: Actor) -> Sequence[TicketSchedule]:
    """Return the schedules, the next to come first."""
    require_rules(actor)
    query = select(TicketSchedule).order_by(TicketSchedule.next_at, TicketSchedule.id)
    return session.scalars(query.limit(500)).all()


def find_schedule(session: Session, actor: Actor, schedule_id: int) -> TicketSchedule:
    """Return one schedule. Raises ``NotFound``."""
    require_rules(actor)
    found = session.get(TicketSchedule, schedule_id)
    if found is None:
        raise NotFound("schedule", schedule_id)
    return found


def opened_by(
    session: Session, actor: Actor, schedule_id: int
) -> Sequence[tuple[ScheduledTicket, Ticket | None]]:
    """Return what a schedule opened lately, the newest first."""
    row = find_schedule(session, actor, schedule_id)
    query = (
        select(ScheduledTicket, Ticket)
        .outerjoin(Ticket, Ticket.id == ScheduledTicket.ticket_id)
        .where(ScheduledTicket.schedule_id == row.id)
        .order_by(ScheduledTicket.due_at.desc(), ScheduledTicket.about_id)
        .limit(50)
    )
    return [(made, ticket) for made, ticket in session.execute(query)]
