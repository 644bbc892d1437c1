"""What the tickets of the last time say about targets: which could have been kept."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from server.desk.sla.actions.keeping import agreed_about, ran_of
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.achieving import Achievable, Done, achievable
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.calendars import Calendar, working_time
from server.desk.sla.rules.clocks import Stretch, read_clock
from server.desk.sla.rules.facts import Facts, Promise, promises_of
from server.desk.sla.rules.holders import whoever
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

    Fourteen statements at most, however many tickets they are.

    Only tickets and services in sight count, and only promises that ran to their end, pauses left
    out as on the clocks themselves. A ticket that was solved before something was promised about
    it is held to what is promised now, and told apart: ``Done.later``. Needs ``ticket:work``.
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
    for spent in _spent(session, facts):
        case = spent.facts.case
        for service_id in case.service_ids or (None,):
            if service_id is not None and service_id not in names:
                continue
            done.append(
                Done(
                    service_id,
                    spent.measure,
                    case.priority,
                    spent.calendar,
                    spent.target,
                    spent.minutes,
                    spent.kept,
                    whoever(spent.holder),
                    spent.later,
                )
            )
    holders = holder_names(session, {one.holder for one in done} - {""})
    return History(len(facts), achievable(done, share), dict(names), holders)


@dataclass(frozen=True, slots=True)
class _Spent:
    """A promise about a ticket that ran to its end, and the minutes of work that it took."""

    facts: Facts
    measure: str
    holder: str
    calendar: str
    target: int
    minutes: float
    kept: bool
    later: bool


def _spent(session: Session, facts: Mapping[int, Facts]) -> Iterator[_Spent]:
    """Return the promises that ran to their end, of the newest tickets first."""
    # Each word to the requester begins it anew: what is kept is the last stretch alone.
    query = select(SlaClock).where(SlaClock.ticket_id.in_(facts), SlaClock.measure != "update")
    clocks: dict[int, list[SlaClock]] = defaultdict(list)
    for row in session.scalars(query.order_by(SlaClock.measure, SlaClock.holder)):
        clocks[row.ticket_id].append(row)
    now = agreements_of(session)
    for one in facts.values():
        yield from _told(one, clocks[one.ticket_id], agreed_about(session, one))
        known = {(row.measure, row.holder) for row in clocks[one.ticket_id]}
        yield from _later(one, known, now)


def _told(facts: Facts, rows: Sequence[SlaClock], agreements: Agreements) -> Iterator[_Spent]:
    """Return what the clocks of a ticket say, as they were promised."""
    for row in rows:
        calendar = agreements.calendars.get(row.calendar)
        ended = row.stopped_at is not None or _never_came(row)
        if calendar is None or not ended:
            continue
        minutes = _minutes(calendar, ran_of(agreements, row, facts))
        kept = row.breached_at is None
        if minutes is not None:
            yield _Spent(
                facts,
                row.measure,
                row.holder,
                row.calendar,
                row.target_minutes,
                minutes,
                kept,
                later=False,
            )


def _never_came(row: SlaClock) -> bool:
    """Say whether a first answer was missed, and whoever owed it may be rid of the ticket."""
    return row.measure == "respond" and bool(row.holder) and row.breached_at is not None


def _later(facts: Facts, known: set[tuple[str, str]], agreements: Agreements) -> Iterator[_Spent]:
    """Return what is promised now and was not when it was solved, or had ended."""
    for one in promises_of(agreements, facts):
        if one.key in known or one.measure == "update" or one.ended_at is None:
            continue
        calendar, target = agreements.calendars[one.target.calendar], one.target
        minutes = _minutes(calendar, one.ran)
        missed = _missed(calendar, one)
        if minutes is not None and (one.stopped_at is not None or missed):
            yield _Spent(
                facts,
                one.measure,
                one.holder,
                target.calendar,
                target.minutes,
                minutes,
                not missed,
                later=True,
            )


def _missed(calendar: Calendar, one: Promise) -> bool:
    return read_clock(calendar, one.ran, one.target.time, one.started_at).breached_at is not None


def _minutes(calendar: Calendar, ran: Sequence[Stretch]) -> float | None:
    """Return how long a clock ran that has ended; None for one that still runs."""
    used = timedelta()
    for one in ran:
        if one.end is None:
            return None
        used += working_time(calendar, one.start, one.end)
    return used.total_seconds() / 60
