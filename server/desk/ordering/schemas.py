"""The wire format of orders."""

from typing import Any

from marshmallow import fields, validate

from server.desk.ordering.actions.placing import OrderDraft
from server.desk.ordering.models import OrderFile
from server.desk.ordering.queries import ApprovalRow, OrderPage, OrderRow, TaskRow, offered_name
from server.desk.ordering.rules.approving import DECISIONS, STATES
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.foundation.edge.fields import Base64, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema


class OrderDraftSchema(StrictSchema):
    """An order: answers by the code of their question, to the form of a version."""

    answers = fields.Dict(keys=fields.String(), load_default=dict)
    version = Identifier(load_default=None, allow_none=True)
    for_person_id = Identifier(load_default=None, allow_none=True)


class OrderQuerySchema(PageQuerySchema):
    """Which orders."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    offering = Line(longest=60, load_default="")
    mine = fields.Boolean(load_default=False)
    deciding = fields.Boolean(load_default=False)


class OrderDecisionSchema(StrictSchema):
    """What somebody says to an order; a refusal says why."""

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    comment = Passage(longest=TEXT_LENGTH, load_default="")


class OrderWithdrawalSchema(StrictSchema):
    """Why an order is taken back."""

    reason = Passage(longest=TEXT_LENGTH, required=True)


class OrderApproverSchema(StrictSchema):
    """Who is asked instead."""

    person_id = Identifier(required=True)


class OrderTaskDoneSchema(StrictSchema):
    """What was handed over, where the task hands something over."""

    item_id = Identifier(load_default=None, allow_none=True)


class OrderUploadSchema(StrictSchema):
    """A file for an answer."""

    file_name = Line(longest=255, shortest=1, required=True)
    content = Base64(required=True)


class OrderFileSchema(StrictSchema):
    """A file that waits for its order; ``id`` is the answer."""

    id = fields.Integer(required=True)
    file_name = fields.String(required=True)
    size = fields.Integer(required=True)
    at = Moment(required=True)


class OrderSchema(StrictSchema):
    """An order in a list."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    offering = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    step = fields.Integer(required=True, allow_none=True)
    requester_id = fields.Integer(required=True, allow_none=True)
    ordered_by_id = fields.Integer(required=True, allow_none=True)
    at = Moment(required=True)


class OrderApprovalSchema(StrictSchema):
    """Somebody who was asked; steps count from 0."""

    step = fields.Integer(required=True)
    role = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    decision = fields.String(required=True)
    comment = fields.String(required=True)
    decided_by_id = fields.Integer(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    asked_at = Moment(required=True)


class OrderTaskSchema(StrictSchema):
    """A task: "waiting" for its turn, "open" or "done"."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    task_id = fields.Integer(required=True, allow_none=True)
    assign_item = fields.Boolean(required=True)
    item_id = fields.Integer(required=True, allow_none=True)


class WholeOrderSchema(OrderSchema):
    """An order with its answers, who was asked, and what is done for it."""

    answers = fields.Dict(required=True)
    shown = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    approvals = fields.List(fields.Nested(OrderApprovalSchema), required=True)
    tasks = fields.List(fields.Nested(OrderTaskSchema), required=True)
    may_decide = fields.Boolean(required=True)


def order_draft(body: dict[str, Any]) -> OrderDraft:
    """Return the order that a body describes."""
    return OrderDraft(**body, channel="api")


def order_document(row: OrderRow | OrderPage, language: str) -> dict[str, Any]:
    """Return an order as a list tells it."""
    order, ticket = row.order, row.ticket
    known = OrderRow(ticket, order, row.offering, row.requester)
    return {
        "reference": ticket.reference,
        "title": ticket.title,
        "offering": row.offering.code,
        "name": offered_name(known, language),
        "version": order.version,
        "state": order.state,
        "step": order.step,
        "requester_id": ticket.requester_id,
        "ordered_by_id": order.ordered_by_id,
        "at": order.at,
    }


def whole_order_document(page: OrderPage, language: str) -> dict[str, Any]:
    """Return all of an order."""
    return order_document(page, language) | {
        "answers": page.order.answers,
        "shown": {one.field.code: one.shown for one in page.answers},
        "approvals": [_approval(one) for one in page.approvals],
        "tasks": [_task(one, language) for one in page.tasks],
        "may_decide": page.may_decide,
    }


def file_document(row: OrderFile) -> dict[str, Any]:
    """Return a file that waits."""
    return {"id": row.id, "file_name": row.file_name, "size": row.size, "at": row.at}


def _approval(row: ApprovalRow) -> dict[str, Any]:
    one = row.approval
    name = row.person.display_name if row.person else row.group.name if row.group else ""
    return {
        "step": one.step,
        "role": one.role,
        "person_id": one.person_id,
        "group_id": one.group_id,
        "name": name,
        "decision": one.decision,
        "comment": one.comment,
        "decided_by_id": one.decided_by_id,
        "decided_at": one.decided_at,
        "asked_at": one.asked_at,
    }


def _task(row: TaskRow, language: str) -> dict[str, Any]:
    known, step = row.order_task, row.ticket_task
    begun = known is not None and known.released_at is not None
    is_done = begun and (step is None or step.done_at is not None)
    return {
        "code": row.task.code,
        "title": row.title(language),
        "state": "done" if is_done else "open" if begun else "waiting",
        "group_id": known.group_id if known else row.task.group_id,
        "task_id": known.task_id if known else None,
        "assign_item": row.task.assign_item,
        "item_id": known.item_id if known else None,
    }
