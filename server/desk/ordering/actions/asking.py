"""Asking those who must agree, one step after the other, and going on once all have."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from cmdb.records.parties import Group, Person
from server.desk.catalogue.queries import form_of
from server.desk.ordering.actions.fulfilling import fulfil
from server.desk.ordering.actions.lending import lock_order
from server.desk.ordering.actions.moving import let_wait
from server.desk.ordering.actions.telling import tell_asked, tell_held
from server.desk.ordering.models import OrderApproval, ServiceOrder
from server.desk.ordering.queries.approvers import Circumstances, is_asked, parties_of
from server.desk.ordering.rules.approving import WAITING, Asked
from server.desk.ordering.rules.telling import sentence
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import lock_ticket
from server.foundation.events import publish
from server.foundation.permissions import Actor
from server.people.queries.people import seen_people


def excluded_from(ticket: Ticket, order: ServiceOrder) -> frozenset[int]:
    """Return who never decides about an order: whom it is for, and who placed it."""
    return frozenset(one for one in (ticket.requester_id, order.ordered_by_id) if one is not None)


def ask_from(
    session: Session, actor: Actor, ticket: Ticket, order: ServiceOrder, first: int, now: datetime
) -> None:
    """Ask who must agree in the next step there is from ``first`` on; after the last one, go on.

    Where nobody is found the order is held, and who works on the ticket is told.
    """
    form = form_of(session, order.offering_id, order.version)
    about = Circumstances(ticket.requester_id or 0, excluded_from(ticket, order), order.answers)
    for number, step in enumerate(form.approvals):
        if number < first or not is_asked(step, order.answers):
            continue
        asked = parties_of(session, step, about)
        order.step = number
        order.state = "approval" if asked else "held"
        session.flush()
        let_wait(session, actor, ticket, sentence("waits", _language(session, ticket)), now)
        if asked:
            _ask(session, actor, ticket, order, asked, now)
        else:
            note = TicketNoted(ticket.id, now, None, "order_held", {"step": number + 1})
            publish(session, note)
            tell_held(session, ticket, number, now)
        return
    order.step = None
    fulfil(session, actor, ticket, order, form, now)


def ask_instead(
    session: Session, actor: Actor, reference: str | int, person_id: int, now: datetime
) -> ServiceOrder:
    """Ask somebody else in the present step, in the place of all who have not answered.

    For who works on the ticket. Raises ``Conflict`` where nothing is waited for, ``InvalidValue``,
    ``NotFound``, ``PermissionDenied``.
    """
    row = lock_order(session, actor, reference)
    lock_ticket(session, actor, row.ticket.id)
    order, ticket = row.order, row.ticket
    if order.state not in WAITING or not ticket.is_open:
        raise Conflict("the order does not wait for approval")
    query = select(Person).where(Person.id == person_id, Person.active, seen_people(actor))
    person = session.scalar(query)
    if person is None:
        raise InvalidValue({"person_id": f"there is no active person {person_id}"})
    if person_id in excluded_from(ticket, order):
        raise InvalidValue({"person_id": "nobody decides about what they asked for themselves"})
    void_pending(session, order)
    order.state = "approval"
    session.flush()
    _ask(session, actor, ticket, order, [Asked("chosen", person_id)], now)
    return order


def void_pending(session: Session, order: ServiceOrder) -> None:
    """Wait for nobody any more who has not answered."""
    session.execute(
        update(OrderApproval)
        .where(OrderApproval.ticket_id == order.ticket_id, OrderApproval.decision == "pending")
        .values(decision="void")
    )


def _ask(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    order: ServiceOrder,
    asked: Sequence[Asked],
    now: datetime,
) -> None:
    rows = [
        OrderApproval(
            ticket_id=ticket.id,
            step=order.step or 0,
            person_id=one.person_id,
            group_id=one.group_id,
            role=one.role,
            item_id=one.item_id,
            decision="pending",
            comment="",
            asked_at=now,
            reminded_at=now,
        )
        for one in asked
    ]
    session.add_all(rows)
    session.flush()
    named = [_name(session, one) for one in asked]
    chosen = asked[0].role == "chosen"
    what = "order_redirected" if chosen else "order_asked"
    detail = {"name": named[0]} if chosen else {"names": named}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, what, detail))
    tell_asked(session, ticket, rows, excluded_from(ticket, order), now)


def _name(session: Session, asked: Asked) -> str:
    if asked.person_id is not None:
        return session.get_one(Person, asked.person_id).display_name
    return session.get_one(Group, asked.group_id).name


def _language(session: Session, ticket: Ticket) -> str:
    person = session.get(Person, ticket.requester_id) if ticket.requester_id else None
    return person.language if person else "en"
