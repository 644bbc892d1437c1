"""Of which failure a problem's fault tree tells, and when that was."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.items import Item
from server.desk.problems.models import Problem, ProblemItem, ProblemTicket
from server.desk.problems.queries.fault_evidence import INCIDENTS, Span, spans_before
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor
from server.items.blast import service_classes
from server.items.scope import visible_items

#: Items that are read, and that are offered as the top event.
_READ, _OFFERED = 1_000, 50


def top_events(session: Session, actor: Actor, problem_id: int) -> list[Item]:
    """Return what may be the top event: the items in sight of the problem and of its tickets.

    Services first, then what most tickets are about; what is known to be the cause comes last.
    """
    named = (
        select(AffectedItem.item_id.label("item_id"), func.count().label("tickets"))
        .join(ProblemTicket, ProblemTicket.ticket_id == AffectedItem.ticket_id)
        .join(Ticket, Ticket.id == AffectedItem.ticket_id)
        .where(ProblemTicket.problem_id == problem_id, visible_tickets(actor))
        .group_by(AffectedItem.item_id)
        .subquery()
    )
    own = select(ProblemItem).where(ProblemItem.problem_id == problem_id).subquery()
    query = (
        select(Item, func.coalesce(named.c.tickets, 0), func.coalesce(own.c.is_cause, False))
        .outerjoin(named, named.c.item_id == Item.id)
        .outerjoin(own, own.c.item_id == Item.id)
        .where(
            Item.id.in_(select(named.c.item_id).union(select(own.c.item_id))), visible_items(actor)
        )
        .order_by(Item.id)
        .limit(_READ)
    )
    services = frozenset(service_classes())
    rows = [(row[0], row[1], row[2]) for row in session.execute(query)]
    rows.sort(key=lambda row: (row[2], row[0].class_code not in services, -row[1], row[0].name_key))
    return [item for item, _, _ in rows[:_OFFERED]]


def chosen_top(tops: Sequence[Item], wanted: int | None) -> Item | None:
    """Return the item that is wanted, else what fits best. Raises ``InvalidValue``."""
    if wanted is None:
        return tops[0] if tops else None
    found = next((item for item in tops if item.id == wanted), None)
    if found is None:
        raise InvalidValue({"top": "the problem and its tickets name no such item"})
    return found


def spans_of(session: Session, actor: Actor, problem: Problem) -> list[Span]:
    """Return the times before the problem's incidents in sight; without any, before itself."""
    began = func.coalesce(Ticket.occurred_at, Ticket.created_at)
    query = (
        select(Ticket.occurred_at, Ticket.created_at)
        .join(ProblemTicket, ProblemTicket.ticket_id == Ticket.id)
        .where(ProblemTicket.problem_id == problem.id, visible_tickets(actor))
        .order_by(began.desc(), Ticket.id.desc())
        .limit(INCIDENTS)
    )
    moments = [said or made for said, made in session.execute(query)]
    return spans_before(moments or [problem.created_at])
