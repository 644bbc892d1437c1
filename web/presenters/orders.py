"""An order in the reader's words: how it stands, who is waited for, and what is done for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmdb.model.values import label_of
from server.desk.catalogue.rules.offering import ApprovalStep
from server.desk.ordering.queries import ApprovalRow, OrderPage, TaskRow
from server.desk.ordering.rules.approving import WAITING
from web.presenters.reader import Reader

_TONES = {
    "approval": "warn",
    "held": "warn",
    "fulfilment": "accent",
    "done": "good",
    "rejected": "bad",
}


@dataclass(frozen=True)
class OrderStep:
    """One step of an order.

    ``mark`` is "good" (done), "now", "bad" (rejected) or "later"; ``lines`` say who and why;
    ``at`` when it was done.
    """

    title: str
    mark: str
    lines: tuple[str, ...] = ()
    at: datetime | None = None


def state_text(state: str, reader: Reader) -> str:
    """Return the name of an order's state."""
    words = {
        "approval": reader.gettext("Waits for approval"),
        "held": reader.gettext("Nobody to approve it was found"),
        "fulfilment": reader.gettext("Is being done"),
        "done": reader.gettext("Done"),
        "rejected": reader.gettext("Rejected"),
        "cancelled": reader.gettext("Withdrawn"),
    }
    return words.get(state, state)


def state_tone(state: str) -> str:
    """Return the tone of the pill that shows an order's state."""
    return _TONES.get(state, "neutral")


def steps_of(page: OrderPage, reader: Reader) -> list[OrderStep]:
    """Return the steps of an ``OrderPage`` in their order: approvals, then tasks."""
    approvals = [
        _approval(page, number, step, reader) for number, step in enumerate(page.form.approvals)
    ]
    return [*approvals, *(_task(page, row, reader) for row in page.tasks)]


def _approval(page: OrderPage, number: int, step: ApprovalStep, reader: Reader) -> OrderStep:
    rows = [row for row in page.approvals if row.approval.step == number]
    title = approver_text(step.who, reader)
    lines = tuple(_said(row, reader) for row in rows if row.approval.decision != "void")
    at = max((row.approval.decided_at for row in rows if row.approval.decided_at), default=None)
    decisions = {row.approval.decision for row in rows}
    if page.order.state == "rejected" and "rejected" in decisions:
        return OrderStep(title, "bad", lines, at)
    if page.order.step == number and page.order.state in WAITING:
        if page.order.state == "held":
            lines = (*lines, reader.gettext("Nobody was found who could be asked."))
        return OrderStep(title, "now", lines)
    over = page.order.state in {"fulfilment", "done"}
    return OrderStep(title, "good" if over or "approved" in decisions else "later", lines, at)


def approver_text(who: str, reader: Reader) -> str:
    """Return whose approval a step asks for."""
    words = {
        "manager": reader.gettext("Approval by the manager"),
        "persons": reader.gettext("Approval by people who were named"),
        "groups": reader.gettext("Approval by a group"),
        "item_owner": reader.gettext("Approval by the owner of the item"),
    }
    return words.get(who, who)


def _said(row: ApprovalRow, reader: Reader) -> str:
    party = _party(row)
    decider = row.decided_by.display_name if row.decided_by else party
    comment = f": {row.approval.comment}" if row.approval.comment else ""
    sentences = {
        "pending": reader.gettext("waits for %(name)s") % {"name": party},
        "approved": reader.gettext("%(name)s agreed") % {"name": decider} + comment,
        "rejected": reader.gettext("%(name)s rejected it") % {"name": decider} + comment,
    }
    return sentences.get(row.approval.decision, party)


def _party(row: ApprovalRow) -> str:
    if row.person is not None:
        return row.person.display_name
    return row.group.name if row.group is not None else "?"


def _task(page: OrderPage, row: TaskRow, reader: Reader) -> OrderStep:
    title = label_of(row.task.titles, reader.language)
    lines = (row.group.name,) if row.group else ()
    if row.ticket_task is not None and row.ticket_task.done_at:
        return OrderStep(title, "good", lines, row.ticket_task.done_at)
    released = row.order_task is not None and row.order_task.released_at is not None
    running = released and page.order.state == "fulfilment"
    return OrderStep(title, "now" if running else "later", lines)


def waits_for(page: OrderPage, reader: Reader) -> str:
    """Return in one sentence who an order waits for; "" where it waits for nobody."""
    if page.order.state == "held":
        return reader.gettext("Nobody who could approve it was found. The desk looks after it.")
    if page.order.state == "approval":
        pending = (row for row in page.approvals if row.approval.decision == "pending")
        names = [_party(row) for row in pending]
        sentence = reader.gettext("It waits for the approval of %(names)s.")
        return sentence % {"names": ", ".join(names)} if names else ""
    if page.order.state == "fulfilment":
        groups = [
            row.group.name
            for row in page.tasks
            if row.group and row.order_task and row.order_task.task_id and not _is_done(row)
        ]
        if page.tasks and all(_is_done(row) for row in page.tasks):
            return reader.gettext("Everything is done. The desk looks it over and closes it.")
        sentence = reader.gettext("It is with %(names)s.")
        return sentence % {"names": ", ".join(dict.fromkeys(groups))} if groups else ""
    return ""


def _is_done(row: TaskRow) -> bool:
    return row.ticket_task is not None and row.ticket_task.done_at is not None


def order_line(event: str, detail: Mapping[str, Any], reader: Reader) -> tuple[str, str]:
    """Return (what happened to an order, the words that came with it) of a line of the history."""
    names = detail.get("names") or []
    if event == "order_asked":
        asked = ", ".join(str(name) for name in names) if isinstance(names, Sequence) else ""
        return reader.gettext("asked for the approval of %(names)s") % {"names": asked}, ""
    if event == "order_decided":
        agreed = detail.get("decision") == "approved"
        said = reader.gettext("approved the order") if agreed else reader.gettext("rejected it")
        return said, str(detail.get("comment") or "")
    if event == "order_held":
        return reader.gettext("nobody to approve the order was found"), ""
    if event == "order_task":
        return reader.gettext("next task: %(title)s") % {"title": detail.get("title", "")}, ""
    return reader.gettext("asked %(name)s instead") % {"name": detail.get("name", "")}, ""


#: What the history of an order tells, by the event of its lines.
ORDER_EVENTS = ("order_asked", "order_decided", "order_held", "order_task", "order_redirected")
