"""A change's page: the plan, what it would do, who agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.changes.models import ChangeApproval, ChangeTask, ChangeTemplate, PlannedDifference
from server.desk.changes.queries import (
    ApprovalRow,
    ChangeEntryRow,
    ChangeHeader,
    ChangePreview,
    FindingRow,
    RoundRow,
    approvals_on,
    change_header,
    change_items_of,
    differences_in_sight,
    findings_of,
    incidents_after,
    latest_change_entries,
    plan_of,
    preview,
    rounds_of,
    tasks_on,
    waits_for,
)
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import open_tickets_on
from server.foundation.permissions import Actor
from server.items.queries import names_of


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
    tasks: Sequence[ChangeTask]
    differences: Sequence[PlannedDifference]
    rounds: Sequence[RoundRow]
    #: What was found after the window, and which incidents followed.
    findings: Sequence[FindingRow]
    incidents: Sequence[Ticket]
    template: ChangeTemplate | None
    #: Names of the people and of the items (those in sight) that tasks and differences mention.
    people: Mapping[int, str]
    names: Mapping[int, str]


def change_workspace(session: Session, actor: Actor, reference: str | int) -> ChangePage:
    """Return all that a change's page shows. Raises ``NotFound``, ``PermissionDenied``."""
    header = change_header(session, actor, reference)
    change = header.change
    items = change_items_of(session, actor, change.id)
    approvals = approvals_on(session, change.id)
    tasks, differences = (
        tasks_on(session, change.id),
        differences_in_sight(session, actor, change.id),
    )
    return ChangePage(
        header=header,
        items=items,
        preview=preview(session, actor, plan_of(session, change)),
        approvals=approvals,
        entries=latest_change_entries(session, change.id),
        open_tickets=open_tickets_on(session, actor, [item.id for item in items]),
        may_decide=_may_decide(session, actor, header),
        tasks=tasks,
        differences=differences,
        rounds=rounds_of(session, actor, change.id),
        findings=findings_of(session, actor, change.id) if change.verification else (),
        incidents=incidents_after(session, actor, change.id) if change.incident_count else (),
        template=session.get(ChangeTemplate, change.template_id) if change.template_id else None,
        people=_people(session, tasks),
        names=names_of(session, actor, sorted(_mentioned(differences))) if differences else {},
    )


def _people(session: Session, tasks: Sequence[ChangeTask]) -> dict[int, str]:
    ids = {one.owner_id for one in tasks} | {one.done_by_id for one in tasks}
    named = [one for one in ids if one is not None]
    if not named:
        return {}
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(named)))
    return {row.id: row.display_name for row in rows}


def _mentioned(differences: Sequence[PlannedDifference]) -> set[int]:
    ids = {one.item_id for one in differences} | {one.other_id for one in differences}
    return {one for one in ids if one is not None}


def _may_decide(session: Session, actor: Actor, header: ChangeHeader) -> bool:
    change = header.change
    if actor.person_id is None or actor.person_id in (change.author_id, change.implementer_id):
        return False
    waiting = select(ChangeApproval.id).where(
        ChangeApproval.change_id == change.id,
        ChangeApproval.round == change.approval_round,
        ChangeApproval.decision == "pending",
        waits_for(actor),
    )
    return change.state == "approval" and session.scalar(waiting.limit(1)) is not None
