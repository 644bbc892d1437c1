"""The queues: what waits in each group."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group
from server.desk.routing.models import DeskGroup
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a group; None as the group: what nobody's is yet."""

    group: Group | None
    desk: DeskGroup | None
    open: int
    unassigned: int
    breached: int
    oldest_at: datetime | None


def queues(session: Session, actor: Actor) -> list[Queue]:
    """Return the queues of open tickets in sight: by department and line, then by name."""
    actor.require(Permission.TICKET_READ)
    query = (
        select(
            Ticket.group_id,
            func.count(),
            func.sum(case((Ticket.assignee_id.is_(None), 1), else_=0)),
            func.sum(case((Ticket.is_breached, 1), else_=0)),
            func.min(Ticket.created_at),
        )
        .where(visible_tickets(actor), Ticket.is_open)
        .group_by(Ticket.group_id)
    )
    counted = {row[0]: row[1:] for row in session.execute(query)}
    known = (
        select(Group, DeskGroup)
        .outerjoin(DeskGroup, DeskGroup.group_id == Group.id)
        .where(Group.id.in_([one for one in counted if one is not None]))
    )
    found = [
        Queue(group, desk, *_numbers(counted[group.id])) for group, desk in session.execute(known)
    ]
    found.sort(key=_place)
    if None in counted:
        found.insert(0, Queue(None, None, *_numbers(counted[None])))
    return found


def _numbers(row: tuple[int, int, int, datetime]) -> tuple[int, int, int, datetime]:
    count, unassigned, breached, oldest = row
    return count, int(unassigned), int(breached), oldest


def _place(queue: Queue) -> tuple[str, str, str]:
    desk = queue.desk
    name = queue.group.name_key if queue.group else ""
    return (desk.department.casefold(), desk.line, name) if desk else ("", "1", name)
