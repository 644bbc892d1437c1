"""What the tickets of the last time say about targets: which could have been kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.achieving import Achievable, Done, achievable
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.calendars import working_time
from server.desk.sla.rules.clocks import stretches
from server.desk.tickets.models import AffectedService, Ticket, TicketEntry
from server.desk.tickets.queries.clocks import runs_in
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.words import words_of
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of

#: Tickets that are looked at: the newest.
MOST_TICKETS = 2000


@dataclass(frozen=True, slots=True)
class History:
    """What history says; ``tickets`` is how many were looked at, ``names`` those of services."""

    tickets: int
    rows: list[Achievable]
    names: dict[int, str]


def achievable_targets(
    session: Session, actor: Actor, days: int, share: float, now: datetime
) -> History:
    """Return what the newest tickets of so many days say about targets; six statements at most.

    Only tickets and services in sight count, and only promises that ran to their end, pauses left
    out as on the clocks themselves. Needs ``ticket:work``.
    """
    actor.require(Permission.TICKET_WORK)
    query = (
        select(Ticket.id, Ticket.priority)
        .where(visible_tickets(actor), Ticket.created_at >= now - timedelta(days=days))
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(MOST_TICKETS)
    )
    priorities = {row.id: row.priority for row in session.execute(query)}
    services: dict[int, list[int]] = defaultdict(list)
    pairs = select(AffectedService.ticket_id, AffectedService.item_id)
    for ticket_id, item_id in session.execute(
        pairs.where(AffectedService.ticket_id.in_(priorities))
    ):
        services[ticket_id].append(item_id)
    names = names_of(session, actor, sorted({one for ids in services.values() for one in ids}))
    done = []
    for row, minutes in _spent(session, priorities, agreements_of(session)):
        reached: Iterable[int | None] = services.get(row.ticket_id) or (None,)
        for service_id in reached:
            if service_id is not None and service_id not in names:
                continue
            done.append(
                Done(
                    service_id,
                    row.measure,
                    priorities[row.ticket_id],
                    row.calendar,
                    row.target_minutes,
                    minutes,
                    row.breached_at is None,
                )
            )
    return History(len(priorities), achievable(done, share), dict(names))


def _spent(
    session: Session, ticket_ids: Collection[int], agreements: Agreements
) -> list[tuple[SlaClock, float]]:
    """Return clocks that stopped, the newest first, with the minutes of work they show."""
    words = words_of(session)
    moves: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    told = (
        select(TicketEntry.ticket_id, TicketEntry.at, TicketEntry.detail)
        .where(
            TicketEntry.ticket_id.in_(ticket_ids),
            TicketEntry.kind == "system",
            TicketEntry.detail["event"].as_string() == "moved",
        )
        .order_by(TicketEntry.at, TicketEntry.id)
    )
    for ticket_id, at, detail in session.execute(told):
        moves[ticket_id].append((at, runs_in(words, str(detail.get("after", "")))))
    query = (
        select(SlaClock)
        .where(
            SlaClock.ticket_id.in_(ticket_ids),
            SlaClock.stopped_at.is_not(None),
            # Each word to the requester begins it anew: what is kept is the last stretch alone.
            SlaClock.measure != "update",
        )
        .order_by(SlaClock.ticket_id.desc())
    )
    found = []
    for row in session.scalars(query):
        calendar = agreements.calendars.get(row.calendar)
        if calendar is None:
            continue
        since = [one for one in moves[row.ticket_id] if one[0] >= row.started_at]
        used = timedelta()
        for one in stretches(row.started_at, since, row.stopped_at):
            used += working_time(calendar, one.start, one.end or one.start)
        found.append((row, used.total_seconds() / 60))
    return found
