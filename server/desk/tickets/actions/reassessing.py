"""Open tickets follow the graph: those that a change can reach are computed anew."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.records.relations import GraphChange, current_sequence
from server.desk.tickets.actions.assessing import assess_ticket
from server.desk.tickets.events import TicketReassessed
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries.words import words_of
from server.foundation.events import publish
from server.foundation.search.marks import SearchMark
from server.items.touching import Touched, touched_by

_MARK = "tickets_graph"
#: Changes of the graph that are looked at in one transaction.
_CHANGES = 5_000
#: Transactions that open tickets end within this time.
_UNSETTLED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Look:
    """What the changes up to ``upto`` mean: ``stale`` are (ticket id, newest change that matters).

    The most pressing tickets come first; ``newest`` is the end of the log.
    """

    upto: int
    newest: int
    stale: tuple[tuple[int, int], ...] = ()


def look_at_changes(session: Session, after: int | None = None) -> Look:
    """Find the open tickets that the next changes of the graph can reach; writes nothing.

    ``after``: where the last look ended; None begins where the last run has come to, and with all
    of them when there was none.
    """
    newest = current_sequence(session)
    mark = session.get(SearchMark, _MARK)
    begin = after if after is not None or mark is None else mark.position
    # A database that was restored has a shorter log than the mark remembers.
    upto = newest if begin is None else min(newest, begin + _CHANGES)
    query = (
        select(Ticket.id, Ticket.graph_sequence, AffectedItem.item_id)
        .join(AffectedItem, AffectedItem.ticket_id == Ticket.id)
        .where(Ticket.is_open, Ticket.graph_sequence < upto)
        .order_by(Ticket.priority, Ticket.id)
    )
    known: dict[int, int | None] = {}
    failed: dict[int, list[int]] = defaultdict(list)
    for ticket_id, sequence, item_id in session.execute(query):
        known[ticket_id] = sequence
        failed[ticket_id].append(item_id)
    if not known:
        return Look(upto, newest)
    wanted = {item_id for item_ids in failed.values() for item_id in item_ids}
    if begin is None:
        # Nobody has looked yet: each ticket that is older than the graph is.
        touched = Touched(all_before=newest)
    else:
        touched = touched_by(session, begin, upto, wanted)
    newest_of = {ticket_id: touched.newest(item_ids) for ticket_id, item_ids in failed.items()}
    stale = [(one, seq) for one, seq in newest_of.items() if seq > (known[one] or 0)]
    return Look(upto, newest, tuple(stale))


def reassess(session: Session, ticket_id: int, change: int, now: datetime) -> bool:
    """Compute an open ticket anew unless it knows ``change`` already; say whether it differs.

    What a person or a routing rule decided about impact and priority stays.
    """
    query = (
        select(Ticket)
        .where(Ticket.id == ticket_id, Ticket.is_open, Ticket.graph_sequence < change)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    ticket = session.scalar(query)
    if ticket is None:
        return False
    services, numbers = _services(session, ticket_id), _numbers(ticket)
    priority, impact = ticket.priority, ticket.impact
    assess_ticket(session, ticket, words_of(session))
    reached = _services(session, ticket_id)
    if (services, numbers) == (reached, _numbers(ticket)):
        return False
    ticket.version += 1
    if (services, priority, impact) != (reached, ticket.priority, ticket.impact):
        ticket.updated_at = ticket.activity_at = now
        gained = tuple(sorted(reached.keys() - services.keys()))
        lost = tuple(sorted(services.keys() - reached.keys()))
        publish(session, TicketReassessed(ticket_id, now, None, gained, lost, priority))
    return True


def keep_position(session: Session, upto: int, now: datetime) -> None:
    """Remember that all changes up to ``upto`` were looked at and acted on.

    The last minutes are looked at once more: a ticket that was being opened meanwhile may have
    been computed on an older graph. Tickets that know a change are not computed again for it.
    """
    query = select(func.max(GraphChange.seq)).where(GraphChange.at < now - _UNSETTLED)
    position = min(upto, session.scalar(query) or 0)
    mark = session.get(SearchMark, _MARK, with_for_update=True)
    if mark is None:
        session.add(SearchMark(kind=_MARK, position=position, filled=True))
    else:
        mark.position = position


def _services(session: Session, ticket_id: int) -> dict[int, str]:
    query = select(AffectedService.item_id, AffectedService.state)
    rows = session.execute(query.where(AffectedService.ticket_id == ticket_id))
    return {row.item_id: row.state for row in rows}


def _numbers(ticket: Ticket) -> tuple[object, ...]:
    """Return what was computed and is shown, without the services."""
    return (
        ticket.down_count,
        ticket.degraded_count,
        ticket.at_risk_count,
        ticket.worst_criticality,
        ticket.people_count,
        ticket.suggested_impact,
        ticket.impact,
        ticket.priority,
    )
