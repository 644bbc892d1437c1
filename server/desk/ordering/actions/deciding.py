"""Agreeing to an order, refusing it, and taking it back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.parties import Person
from server.desk.catalogue.queries import form_of
from server.desk.ordering.actions.asking import ask_from, excluded_from, void_pending
from server.desk.ordering.actions.lending import lock_order
from server.desk.ordering.actions.moving import cancel, refuse
from server.desk.ordering.models import OrderApproval, ServiceOrder
from server.desk.ordering.queries.orders import OrderRow, slots_of
from server.desk.ordering.rules.approving import DECISIONS, WAITING, standing_of
from server.desk.ordering.rules.telling import sentence
from server.desk.tickets.actions.checking import Problems, text_of
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.foundation.audit import record
from server.foundation.errors import SegregationOfDuties
from server.foundation.events import publish
from server.foundation.permissions import Actor


def decide_order(
    session: Session,
    actor: Actor,
    reference: str | int,
    decision: str,
    comment: str,
    now: datetime,
) -> ServiceOrder:
    """Agree or refuse; a refusal says why, and its reason is what the requester reads.

    Raises ``SegregationOfDuties`` for whom it is for, who placed it, and who was not asked;
    ``Conflict`` where it is decided already or nothing is waited for; ``InvalidValue``,
    ``NotFound``.
    """
    row = lock_order(session, actor, reference)
    order, ticket = row.order, row.ticket
    told = _words(decision, comment)
    slots = _slots(session, actor, row)
    for slot in slots:
        slot.decision, slot.comment = decision, told
        slot.decided_by_id, slot.decided_at = actor.person_id, now
    session.flush()
    step = order.step or 0
    detail = {"decision": decision, "comment": told, "step": step + 1}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "order_decided", detail))
    record(session, actor, f"order.{decision}", f"ticket:{ticket.id}", {"step": step + 1})
    standing = _standing(session, order, step)
    if standing != "pending":
        void_pending(session, order)
    if standing == "approved":
        ask_from(session, actor, ticket, order, step + 1, now)
    elif standing == "rejected":
        order.state, order.step = "rejected", None
        session.flush()
        reason = _sentence(session, ticket, "rejected", comment=told, name=actor.name)
        refuse(session, actor, ticket, reason, now)
    session.flush()
    return order


def withdraw_order(
    session: Session, actor: Actor, reference: str | int, reason: str, now: datetime
) -> ServiceOrder:
    """Take back what one asked for oneself or ordered, while it waits for somebody's word.

    Raises ``Conflict`` once it does not, ``SegregationOfDuties`` for anybody else,
    ``InvalidValue``, ``NotFound``.
    """
    row = lock_order(session, actor, reference)
    order, ticket = row.order, row.ticket
    problems = Problems()
    told = text_of(problems, "reason", reason)
    problems.add("reason", "" if told else "say why")
    problems.refuse()
    if actor.person_id not in excluded_from(ticket, order):
        raise SegregationOfDuties("an order is taken back by whom it is for, or who placed it")
    _check_waiting(order, ticket)
    void_pending(session, order)
    order.state, order.step = "cancelled", None
    session.flush()
    record(session, actor, "order.withdrawn", f"ticket:{ticket.id}")
    cancel(session, actor, ticket, _sentence(session, ticket, "withdrawn", comment=told), now)
    return order


def _words(decision: str, comment: str) -> str:
    """Return the comment as it is stored. Raises ``InvalidValue``."""
    problems = Problems()
    if decision not in DECISIONS:
        problems.add("decision", f"must be one of {', '.join(DECISIONS)}")
    told = text_of(problems, "comment", comment)
    if decision == "rejected" and not told:
        problems.add("comment", "say why")
    problems.refuse()
    return told


def _slots(session: Session, actor: Actor, row: OrderRow) -> list[OrderApproval]:
    """Return the pending approvals that are the actor's to decide."""
    _check_waiting(row.order, row.ticket)
    if actor.person_id is None or actor.person_id in excluded_from(row.ticket, row.order):
        raise SegregationOfDuties("nobody decides about what they asked for themselves")
    mine = [slot for slot in slots_of(session, actor, row.order) if slot.decision != "void"]
    if not mine:
        raise SegregationOfDuties("you were not asked about this order")
    pending = [slot for slot in mine if slot.decision == "pending"]
    if not pending:
        raise Conflict("this has been decided already")
    return pending


def _check_waiting(order: ServiceOrder, ticket: Ticket) -> None:
    if order.state not in WAITING or not ticket.is_open:
        raise Conflict("the order does not wait for approval")


def _standing(session: Session, order: ServiceOrder, step: int) -> str:
    query = select(OrderApproval.decision).where(
        OrderApproval.ticket_id == order.ticket_id, OrderApproval.step == step
    )
    needs = form_of(session, order.offering_id, order.version).approvals[step].needs
    return standing_of(needs, session.scalars(query).all())


def _sentence(session: Session, ticket: Ticket, code: str, **values: str) -> str:
    person = session.get(Person, ticket.requester_id) if ticket.requester_id else None
    return sentence(code, person.language if person else "en", **values)
