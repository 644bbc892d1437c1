"""A change's page: the plan, what it would do, who agreed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.changes.queries import (
    ApprovalRow,
    ChangeEntryRow,
    ChangeHeader,
    ChangePreview,
    approvals_on,
    change_header,
    change_items_of,
    latest_change_entries,
    plan_of,
    preview,
)
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import open_tickets_on
from server.foundation.permissions import Actor


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What a change's page shows. Everything in it is in the actor's sight.

    ``approvals`` holds every round, the latest first; ``preview`` is computed on the graph as it is
    now, the counts on the change are those that were frozen for approval.
    """

    header: ChangeHeader
    items: Sequence[Item]
    preview: ChangePreview
    approvals: Sequence[ApprovalRow]
    entries: Sequence[ChangeEntryRow]
    open_tickets: Sequence[Ticket]
    #: Whether the actor has an approval to give or to refuse.
    may_decide: bool


def change_workspace(session: Session, actor: Actor, reference: str | int) -> ChangePage:
    """Return all that a change's page shows. Raises ``NotFound``, ``PermissionDenied``."""
    header = change_header(session, actor, reference)
    change = header.change
    items = change_items_of(session, actor, change.id)
    approvals = approvals_on(session, change.id)
    return ChangePage(
        header=header,
        items=items,
        preview=preview(session, actor, plan_of(session, change)),
        approvals=approvals,
        entries=latest_change_entries(session, change.id),
        open_tickets=open_tickets_on(session, actor, [item.id for item in items]),
        may_decide=_may_decide(actor, header, approvals),
    )


def _may_decide(actor: Actor, header: ChangeHeader, approvals: Sequence[ApprovalRow]) -> bool:
    change = header.change
    if actor.person_id is None or actor.person_id in (change.author_id, change.implementer_id):
        return False
    return change.state == "approval" and any(
        row.approval.decision == "pending"
        and row.approval.round == change.approval_round
        and (row.approval.person_id == actor.person_id or row.approval.group_id in actor.group_ids)
        for row in approvals
    )
