"""Work behind orders: reminding those who are asked, and forgetting files nobody ordered with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.ordering.actions.asking import excluded_from
from server.desk.ordering.actions.filing import forget_files
from server.desk.ordering.actions.telling import tell_asked
from server.desk.ordering.models import OrderApproval, ServiceOrder
from server.desk.tickets.models import Ticket
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

REMIND = "orders.remind"
_EVERY = timedelta(days=1)
_AT_ONCE = 50


def run_reminding(context: JobContext) -> Mapping[str, Any]:
    """Remind daily those for whose word an order waits, fifty in each transaction."""
    reminded = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            found = remind(session, utc_now())
        reminded += found
        if found < _AT_ONCE:
            break
    with context.database.writing() as session:
        forgotten = forget_files(session, utc_now())
    return {"reminded": reminded, "files": forgotten}


def remind(session: Session, now: datetime) -> int:
    """Tell those who were told a day ago or longer; return how many approvals that were."""
    query = (
        select(OrderApproval, Ticket, ServiceOrder)
        .join(ServiceOrder, ServiceOrder.ticket_id == OrderApproval.ticket_id)
        .join(Ticket, Ticket.id == OrderApproval.ticket_id)
        .where(
            OrderApproval.decision == "pending",
            OrderApproval.reminded_at <= now - _EVERY,
            ServiceOrder.state == "approval",
            Ticket.is_open,
        )
        .order_by(OrderApproval.reminded_at, OrderApproval.id)
        .limit(_AT_ONCE)
    )
    rows = session.execute(query).all()
    for approval, ticket, order in rows:
        tell_asked(session, ticket, [approval], excluded_from(ticket, order), now, again=True)
        approval.reminded_at = now
    session.flush()
    return len(rows)
