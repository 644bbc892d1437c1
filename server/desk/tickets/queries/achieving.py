"""What the tickets of the last time say about targets: which could have been kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from server.desk.sla.actions.keeping import ran_of
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.achieving import Achievable, Done, achievable
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.calendars import working_time
from server.desk.sla.rules.facts import Facts
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.clocks import facts_of_many
from server.desk.tickets.queries.holding import holder_names
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission
from server.items.queries import names_of

#: Tickets that are looked at: the newest.
MOST_TICKETS = 2000


@dataclass(frozen=True, slots=True)
class History:
    """What history says; ``tickets`` is how many were looked at, ``names`` those of services.

    ``holders`` are the names of the groups, suppliers and contracts whose promises are told.
    """

    tickets: int
    rows: list[Achievable]
    names: dict[int, str]
    holders: dict[str, str] = field(default_factory=dict)


def achievable_targets(
    session: Session, actor: Actor, days: int, share: float, now: datetime
) -> History:
    """Return what the newest tickets of so many days say about targets.

    Eleven statements at most, however many tickets they are.

    Only tickets and services in sight count, and only promises that ran to their end, pauses left
    out as on the clocks themselves. Needs ``ticket:work``.
    """
    actor.require(Permission.TICKET_WORK)
    query = (
        select(Ticket)
        .options(defer(Ticket.description), defer(Ticket.resolution_text))
        .where(visible_tickets(actor), Ticket.created_at >= now - timedelta(days=days))
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(MOST_TICKETS)
    )
    facts = facts_of_many(session, session.scalars(query).all())
    reached = {one for each in facts.values() for one in each.case.service_ids}
    names = names_of(session, actor, sorted(reached))
    done = []
    for row, minutes in _spent(session, facts, agreements_of(session)):
        case = facts[row.ticket_id].case
        for service_id in case.service_ids or (None,):
            if service_id is not None and service_id not in names:
                continue
            done.append(
                Done(
                    service_id,
                    row.measure,
                    case.priority,
                    row.calendar,
                    row.target_minutes,
                    minutes,
                    row.breached_at is None,
                    row.holder,
                )
            )
    holders = holder_names(session, {one.holder for one in done} - {""})
    return History(len(facts), achievable(done, share), dict(names), holders)


def _spent(
    session: Session, facts: Mapping[int, Facts], agreements: Agreements
) -> list[tuple[SlaClock, float]]:
    """Return clocks that stopped, the newest first, with the minutes of work they show."""
    query = (
        select(SlaClock)
        .where(
            SlaClock.ticket_id.in_(facts),
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
        used = timedelta()
        for one in ran_of(agreements, row, facts[row.ticket_id]):
            used += working_time(calendar, one.start, one.end or one.start)
        found.append((row, used.total_seconds() / 60))
    return found
