"""Orders, one and many, with what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import clean
from cmdb.model.values import label_of
from cmdb.records.parties import Group, Person
from server.desk.catalogue.models import Offering
from server.desk.catalogue.queries import form_of
from server.desk.catalogue.rules.offering import FormField, OfferingForm, Task
from server.desk.ordering.models import OrderApproval, OrderTask, ServiceOrder
from server.desk.ordering.queries.naming import names_in
from server.desk.ordering.queries.scope import names, visible_orders, waits_for
from server.desk.ordering.rules.approving import WAITING
from server.desk.ordering.rules.telling import told_value
from server.desk.tickets.models import Ticket, TicketTask
from server.desk.tickets.queries import may_work_on
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission

_LARGEST_ID = 2**63 - 1
_SORTS = {"id": SortKey(Ticket.id, int)}
_Decider = aliased(Person)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders. ``mine``: for oneself or ordered by oneself; ``deciding``: waiting for one."""

    state: str = ""
    mine: bool = False
    offering: str = ""
    deciding: bool = False


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its ticket, what was ordered, and for whom."""

    ticket: Ticket
    order: ServiceOrder
    offering: Offering
    requester: Person | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer, as it is stored and as people read it."""

    field: FormField
    value: Any
    shown: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Somebody who was asked, and who decided."""

    approval: OrderApproval
    person: Person | None
    group: Group | None
    decided_by: Person | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of the offering, the step of the ticket once its turn came, and whose it is."""

    task: Task
    order_task: OrderTask | None
    ticket_task: TicketTask | None
    group: Group | None
    may_do: bool

    def title(self, language: str) -> str:
        """Return what is to be done, in a language."""
        return label_of(self.task.titles, language)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All of an order, and what the actor may do about it."""

    ticket: Ticket
    order: ServiceOrder
    offering: Offering
    form: OfferingForm
    requester: Person | None
    ordered_by: Person | None
    answers: list[Answered]
    approvals: list[ApprovalRow]
    tasks: list[TaskRow]
    may_decide: bool
    may_redirect: bool
    may_withdraw: bool


def find_order(session: Session, actor: Actor, reference: str | int) -> OrderRow:
    """Return an order in sight by its ticket's id or reference. Raises ``NotFound``."""
    found = session.execute(_orders().where(_named(reference), visible_orders(actor))).first()
    if found is None:
        actor.require(Permission.TICKET_READ)
        raise NotFound("order", reference)
    return OrderRow(*found)


def list_orders(
    session: Session, actor: Actor, wanted: OrderFilter, request: PageRequest
) -> Page[OrderRow]:
    """Return one page of the orders in sight, the newest first.

    Without ``ticket:read`` one may ask for one's own and for those that wait for one's word.
    """
    if not wanted.mine and not wanted.deciding:
        actor.require(Permission.TICKET_READ)
    if not request.sort:
        request = PageRequest("-id", request.cursor, request.limit)
    query = _orders().where(*_conditions(actor, wanted))
    page = fetch_page(session, query, request, _SORTS, Ticket.id)
    return Page([OrderRow(*row) for row in page.rows], page.next_cursor)


def count_deciding(session: Session, actor: Actor) -> int:
    """Count the orders that wait for the actor's word."""
    query = (
        select(func.count())
        .select_from(ServiceOrder)
        .join(Ticket, Ticket.id == ServiceOrder.ticket_id)
        .where(waits_for(actor))
    )
    return session.scalar(query) or 0


def order_page(session: Session, actor: Actor, reference: str | int) -> OrderPage:
    """Return all of an order. Raises ``NotFound`` for one out of sight, or what is no order."""
    row = find_order(session, actor, reference)
    form = form_of(session, row.order.offering_id, row.order.version)
    ordered_by = session.get(Person, row.order.ordered_by_id) if row.order.ordered_by_id else None
    works = may_work_on(session, actor, row.ticket.id)
    waiting = row.order.state in WAITING and row.ticket.is_open
    theirs = actor.person_id is not None and actor.person_id in (
        row.ticket.requester_id,
        row.order.ordered_by_id,
    )
    return OrderPage(
        ticket=row.ticket,
        order=row.order,
        offering=row.offering,
        form=form,
        requester=row.requester,
        ordered_by=ordered_by,
        answers=answers_in(session, form, row.order, actor.language),
        approvals=_approvals(session, row.order.ticket_id),
        tasks=_tasks(session, actor, row, form, works=works),
        may_decide=may_decide(session, actor, row.order.ticket_id),
        may_redirect=works and waiting,
        may_withdraw=theirs and waiting,
    )


def order_of(session: Session, actor: Actor, reference: str | int) -> OrderPage | None:
    """Return the order that a ticket is, for the ticket's page; None for what is no order."""
    try:
        return order_page(session, actor, reference)
    except (NotFound, PermissionDenied):
        return None


def may_decide(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Say whether an order waits for the actor's word."""
    query = (
        select(ServiceOrder.ticket_id)
        .join(Ticket, Ticket.id == ServiceOrder.ticket_id)
        .where(ServiceOrder.ticket_id == ticket_id, waits_for(actor))
    )
    return session.scalar(query) is not None


def answers_in(
    session: Session, form: OfferingForm, order: ServiceOrder, language: str
) -> list[Answered]:
    """Return what was answered, in the order of the form."""
    known = names_in(session, form, order.answers)
    return [
        Answered(
            field,
            order.answers[field.code],
            told_value(field, order.answers[field.code], known, language),
        )
        for field in form.fields
        if field.code in order.answers
    ]


def offered_name(row: OrderRow, language: str) -> str:
    """Return what an offering is called by now."""
    return label_of(row.offering.document.get("names", {}), language)


def _orders() -> Select[Ticket, ServiceOrder, Offering, Person]:
    return (
        select(Ticket, ServiceOrder, Offering, Person)
        .join(ServiceOrder, ServiceOrder.ticket_id == Ticket.id)
        .join(Offering, Offering.id == ServiceOrder.offering_id)
        .outerjoin(Person, Person.id == Ticket.requester_id)
    )


def _conditions(actor: Actor, wanted: OrderFilter) -> list[ColumnElement[bool]]:
    found = [visible_orders(actor)]
    if wanted.state:
        found.append(ServiceOrder.state == wanted.state)
    if wanted.offering:
        found.append(Offering.code == wanted.offering)
    if wanted.mine:
        me = actor.person_id or 0
        found.append((Ticket.requester_id == me) | (ServiceOrder.ordered_by_id == me))
    found.append(waits_for(actor) if wanted.deciding else true())
    return found


def _named(reference: str | int) -> ColumnElement[bool]:
    text = str(reference).strip().upper()
    if text.isascii() and text.isdigit():
        return Ticket.id == min(int(text[:20]), _LARGEST_ID)
    return Ticket.reference == clean(text)


def _approvals(session: Session, ticket_id: int) -> list[ApprovalRow]:
    query = (
        select(OrderApproval, Person, Group, _Decider)
        .outerjoin(Person, Person.id == OrderApproval.person_id)
        .outerjoin(Group, Group.id == OrderApproval.group_id)
        .outerjoin(_Decider, _Decider.id == OrderApproval.decided_by_id)
        .where(OrderApproval.ticket_id == ticket_id)
        .order_by(OrderApproval.step, OrderApproval.id)
    )
    return [ApprovalRow(*row) for row in session.execute(query)]


def _tasks(
    session: Session, actor: Actor, row: OrderRow, form: OfferingForm, *, works: bool
) -> list[TaskRow]:
    query = (
        select(OrderTask, TicketTask, Group)
        .outerjoin(TicketTask, TicketTask.id == OrderTask.task_id)
        .outerjoin(Group, Group.id == OrderTask.group_id)
        .where(OrderTask.ticket_id == row.order.ticket_id)
    )
    known = {one[0].code: one for one in session.execute(query)}
    return [_task(actor, task, known.get(task.code), row, works=works) for task in form.tasks]


def _task(
    actor: Actor, task: Task, known: Sequence[Any] | None, row: OrderRow, *, works: bool
) -> TaskRow:
    order_task, ticket_task, group = known or (None, None, None)
    waits = ticket_task is not None and ticket_task.done_at is None and row.ticket.is_open
    theirs = group is not None and group.id in actor.group_ids
    return TaskRow(task, order_task, ticket_task, group, waits and (works or theirs))


def slots_of(session: Session, actor: Actor, order: ServiceOrder) -> list[OrderApproval]:
    """Return the actor's own approvals of the present step, decided ones too."""
    query = select(OrderApproval).where(
        OrderApproval.ticket_id == order.ticket_id, OrderApproval.step == order.step, names(actor)
    )
    return list(session.scalars(query.order_by(OrderApproval.id)))
