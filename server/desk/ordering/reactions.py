"""What follows for an order from what happens to its ticket."""

from dataclasses import replace

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.desk.ordering.actions.asking import void_pending
from server.desk.ordering.actions.fulfilling import release_tasks
from server.desk.ordering.actions.moving import let_wait
from server.desk.ordering.models import ServiceOrder
from server.desk.ordering.rules.approving import WAITING
from server.desk.ordering.rules.telling import sentence
from server.desk.tickets.events import TicketMoved, TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.words import words_of
from server.foundation.permissions import system_actor


def release_next(session: Session, event: TicketNoted) -> None:
    """Let the tasks begin that waited for the one that was done."""
    if event.what != "task_done":
        return
    order = session.get(ServiceOrder, event.ticket_id)
    if order is not None:
        release_tasks(session, session.get_one(Ticket, event.ticket_id), order, event.at)


def follow_ticket(session: Session, event: TicketMoved) -> None:
    """End an order with its ticket, and take it up again with it."""
    order = session.get(ServiceOrder, event.ticket_id)
    if order is None:
        return
    ticket = session.get_one(Ticket, event.ticket_id)
    state = words_of(session).states.get(ticket.state)
    if ticket.is_open:
        _go_on(session, ticket, order, event)
    elif order.state in WAITING:
        # Somebody who works on it ended it: nobody's word is waited for any more.
        void_pending(session, order)
        order.state, order.step = "cancelled", None
    elif order.state == "fulfilment":
        order.state = "done" if state is None or state.solved else "cancelled"
    session.flush()


def _go_on(session: Session, ticket: Ticket, order: ServiceOrder, event: TicketMoved) -> None:
    if order.state == "done":
        order.state = "fulfilment"
        release_tasks(session, ticket, order, event.at)
    elif order.state in WAITING and event.person_id == ticket.requester_id:
        # What the requester adds meanwhile takes it to work, and it still waits for others.
        me = replace(system_actor("orders"), person_id=event.person_id)
        person = session.get(Person, ticket.requester_id) if ticket.requester_id else None
        reason = sentence("waits", person.language if person else "en")
        let_wait(session, me, ticket, reason, event.at)
