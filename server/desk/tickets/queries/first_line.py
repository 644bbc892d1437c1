"""How many tickets the first line solved, by category and by service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from server.desk.sla.queries import agreements_of
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.queries.clocks import services_among
from server.desk.tickets.queries.holding import lines_of
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.rules.first_line import Share, Solved, share_of, shares_by
from server.desk.tickets.rules.staying import FIRST_LINE
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of

#: Solved tickets that are looked at: those solved last.
MOST_SOLVED = 10_000
_EVENTS = ("opened", "assigned", "handed_over")
_GROUPS = ("first_group_id", "group_id", "from_group_id")


@dataclass(frozen=True, slots=True)
class FirstLine:
    """What the first line solved; categories and services with the most tickets come first.

    ``target`` is how many of a hundred it should be; ``more``: older ones were not looked at.
    ``names`` are those of the services, which are in sight.
    """

    share: Share
    target: int
    more: bool
    categories: Sequence[tuple[str, Share]]
    services: Sequence[tuple[int, Share]]
    names: Mapping[int, str]


def first_line(session: Session, actor: Actor, days: int, now: datetime) -> FirstLine:
    """Return what the first line solved in so many days; seven statements at most.

    Of tickets in sight that somebody had and that are solved still. A ticket is the first line's
    when no group of another line ever had it, by hand-over or by assignment. Needs ``ticket:work``.
    """
    actor.require(Permission.TICKET_WORK)
    query = (
        select(Ticket.id, Ticket.category, Ticket.group_id)
        .where(
            visible_tickets(actor),
            Ticket.resolved_at >= now - timedelta(days=days),
            Ticket.group_id.is_not(None) | Ticket.assignee_id.is_not(None),
        )
        .order_by(Ticket.resolved_at.desc(), Ticket.id.desc())
        .limit(MOST_SOLVED + 1)
    )
    rows = session.execute(query).all()
    tickets = rows[:MOST_SOLVED]
    groups = _groups(session, {row.id: row.group_id for row in tickets})
    lines = lines_of(session, {one for ids in groups.values() for one in ids})
    services = services_among(session, groups)
    names = names_of(session, actor, sorted({one for ids in services.values() for one in ids}))
    solved = [
        Solved(
            row.category,
            [one for one in services.get(row.id, ()) if one in names],
            {lines.get(one, FIRST_LINE) for one in groups[row.id]},
        )
        for row in tickets
    ]
    return FirstLine(
        share_of(solved),
        agreements_of(session).first_line,
        len(rows) > MOST_SOLVED,
        shares_by(solved, lambda one: [one.category]),
        shares_by(solved, lambda one: one.service_ids),
        names,
    )


def _groups(session: Session, tickets: Mapping[int, int | None]) -> dict[int, set[int]]:
    """Return the groups that ever had each ticket: the one it has now, and what its lines say."""
    query = select(TicketEntry.ticket_id, TicketEntry.detail).where(
        among(session, TicketEntry.ticket_id, tickets),
        TicketEntry.kind == "system",
        TicketEntry.detail["event"].as_string().in_(_EVENTS),
    )
    found = {key: set() if one is None else {one} for key, one in tickets.items()}
    for ticket_id, detail in session.execute(query):
        found[ticket_id] |= {detail[key] for key in _GROUPS if detail.get(key) is not None}
    return found
