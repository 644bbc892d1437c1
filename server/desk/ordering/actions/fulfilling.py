"""Doing what was ordered: tasks come into being in their turn, as steps of the ticket."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.values import label_of
from cmdb.records.items import Item
from cmdb.records.parties import Group, Person
from server.assets.custody.actions import give_item
from server.desk.catalogue.queries import form_of
from server.desk.catalogue.rules.offering import OfferingForm
from server.desk.ordering.actions.lending import handing, lent, lock_order
from server.desk.ordering.actions.moving import let_go_on
from server.desk.ordering.actions.telling import tell_task
from server.desk.ordering.models import OrderTask, ServiceOrder
from server.desk.ordering.rules.turns import next_tasks
from server.desk.tickets.actions.tasking import put_tasks, tick_task
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket, TicketTask
from server.desk.tickets.queries import may_work_on
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def fulfil(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    order: ServiceOrder,
    form: OfferingForm,
    now: datetime,
) -> None:
    """Begin what was ordered, now that everybody agreed."""
    order.state, order.step = "fulfilment", None
    session.flush()
    let_go_on(session, actor, ticket, now)
    wanted = [task.group_id for task in form.tasks if task.group_id is not None]
    groups = set(session.scalars(select(Group.id).where(Group.id.in_(wanted), Group.active)))
    session.add_all(
        OrderTask(
            ticket_id=ticket.id,
            code=task.code,
            # A group that is gone by now leaves its task to who has the ticket.
            group_id=task.group_id if task.group_id in groups else None,
        )
        for task in form.tasks
    )
    session.flush()
    release_tasks(session, ticket, order, now)


def release_tasks(session: Session, ticket: Ticket, order: ServiceOrder, now: datetime) -> int:
    """Let the tasks begin whose turn it is; return how many. Doing it twice does it once."""
    if order.state != "fulfilment" or not ticket.is_open:
        return 0
    form = form_of(session, order.offering_id, order.version)
    query = (
        select(OrderTask, TicketTask.done_at)
        .outerjoin(TicketTask, TicketTask.id == OrderTask.task_id)
        .where(OrderTask.ticket_id == ticket.id)
    )
    known = {row[0].code: row for row in session.execute(query)}
    begun = {code for code, row in known.items() if row[0].released_at is not None}
    # A step that somebody took away holds up nothing.
    done = {c for c in begun if known[c][0].task_id is None or known[c][1] is not None}
    released = next_tasks(form.tasks, begun, done)
    person = session.get(Person, ticket.requester_id) if ticket.requester_id else None
    language = person.language if person else "en"
    for task in released:
        row: OrderTask = known[task.code][0]
        title = label_of(task.titles, language)
        (step,) = put_tasks(session, ticket.id, [title], label_of(form.names, language))
        row.task_id, row.released_at = step.id, now
        _tell(session, ticket, row, title, now)
    session.flush()
    return len(released)


def do_task(
    session: Session,
    actor: Actor,
    reference: str | int,
    code: str,
    now: datetime,
    item_id: int | None = None,
) -> OrderTask:
    """Say that a task is done; for its group, and for who works on the ticket.

    A task that hands something over names an item in sight, which is then in the hands of whom the
    order is for; that the offering says so is right enough to write it down. Raises
    ``Conflict`` before its turn and once it is done, ``InvalidValue``, ``NotFound``,
    ``PermissionDenied``.
    """
    found = lock_order(session, actor, reference)
    ticket, order = found.ticket, found.order
    row = session.get(OrderTask, (ticket.id, code))
    if row is None:
        raise NotFound("task", code)
    if row.group_id not in actor.group_ids and not may_work_on(session, actor, ticket.id):
        raise PermissionDenied(Permission.TICKET_WORK)
    step = session.get(TicketTask, row.task_id) if row.task_id is not None else None
    if step is None or not ticket.is_open:
        raise Conflict("its turn has not come, or it is over")
    if step.done_at is not None:
        raise Conflict("this has been done already")
    form = form_of(session, order.offering_id, order.version)
    hands_over = any(task.code == code and task.assign_item for task in form.tasks)
    if hands_over:
        _hand_over(session, actor, ticket, row, item_id, now)
    elif item_id is not None:
        raise InvalidValue({"item_id": "this task hands nothing over"})
    tick_task(session, lent(actor), ticket.id, step.id, now, done=True)
    return row


def _hand_over(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    row: OrderTask,
    item_id: int | None,
    now: datetime,
) -> None:
    if item_id is None:
        raise InvalidValue({"item_id": "must not be empty"})
    if ticket.requester_id is None:
        raise Conflict("the ticket names nobody to whom something could be handed over")
    seen = select(Item.id).where(Item.id == item_id, visible_items(actor))
    if session.scalar(seen) is None:
        raise InvalidValue({"item_id": f"there is no item {item_id}"})
    give_item(session, handing(actor), item_id, ticket.requester_id, ticket.reference, now)
    row.item_id = item_id


def _tell(session: Session, ticket: Ticket, row: OrderTask, title: str, now: datetime) -> None:
    group = session.get(Group, row.group_id) if row.group_id is not None else None
    detail = {"title": title, "group": group.name if group else ""}
    publish(session, TicketNoted(ticket.id, now, None, "order_task", detail))
    if group is not None:
        tell_task(session, ticket, row.code, title, group.id, now)
