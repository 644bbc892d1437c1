"""Failures of items, as incidents tell them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.assets.rules.reliability import Failure
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission

#: Mistakes and questions are no failures.
_KIND = "incident"
#: Who counts more has no use for the exact number.
_MOST = 20_000


def failures_among(session: Session, actor: Actor, item_ids: Select[int]) -> Sequence[Failure]:
    """Return the incidents in sight that are about any of the items, the latest first."""
    if not actor.may(Permission.TICKET_READ):
        return []
    began = func.coalesce(Ticket.occurred_at, Ticket.created_at)
    query = (
        select(AffectedItem.item_id, Ticket.occurred_at, Ticket.created_at, AffectedItem.is_cause)
        .join(Ticket, Ticket.id == AffectedItem.ticket_id)
        .where(
            Ticket.kind == _KIND,
            Ticket.state != "cancelled",
            AffectedItem.item_id.in_(item_ids),
            visible_tickets(actor),
        )
        .order_by(began.desc(), Ticket.id.desc())
        .limit(_MOST)
    )
    return [
        Failure(item_id, occurred_at or created_at, is_cause)
        for item_id, occurred_at, created_at, is_cause in session.execute(query)
    ]
