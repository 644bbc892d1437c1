"""A list of tickets as a table, for spreadsheets that run nothing of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.narrowing import TicketFilter, narrowing
from server.desk.tickets.queries.tickets import Assignee, Requester
from server.foundation.permissions import Actor, Permission
from server.foundation.sheets import MARK, csv_text

#: Rows that one file holds at most; who needs more narrows the list or asks the interface.
MAX_ROWS = 50_000
_BATCH = 1000
_COLUMNS = (
    "reference",
    "kind",
    "title",
    "state",
    "priority",
    "urgency",
    "impact",
    "category",
    "channel",
    "created_at",
    "activity_at",
    "due_at",
    "is_breached",
    "resolved_at",
    "closed_at",
    "resolution_code",
    "booked_minutes",
    "reopened_count",
    "rating",
)
_PEOPLE = ("requester", "assignee", "group")


def ticket_csv(session: Session, actor: Actor, wanted: TicketFilter) -> Iterator[str]:
    """Yield the tickets that fit and are in sight as lines, the newest first."""
    yield MARK
    for row in ticket_rows(session, actor, wanted):
        yield csv_text([row])


def ticket_rows(session: Session, actor: Actor, wanted: TicketFilter) -> Iterator[list[Any]]:
    """Yield the columns' names, and then the tickets, read a thousand at a time.

    Cells are as they are stored: what a spreadsheet would run is for whoever writes the file.
    """
    actor.require(Permission.TICKET_READ)
    yield [*_COLUMNS, *_PEOPLE]
    query = (
        select(Ticket, Requester.display_name, Assignee.display_name, Group.name)
        .outerjoin(Requester, Requester.id == Ticket.requester_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .order_by(Ticket.id.desc())
        .limit(_BATCH)
    )
    last, written = 2**63 - 1, 0
    while written < MAX_ROWS:
        rows = session.execute(query.where(*narrowing(session, actor, wanted, _BATCH, last))).all()
        if not rows:
            return
        last, written = rows[-1][0].id, written + len(rows)
        for ticket, *names in rows:
            yield [*(getattr(ticket, name) for name in _COLUMNS), *names]
        session.expunge_all()
