"""Reading what stands around approvals: rounds, rules, deputies, templates, meetings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.changes.models import (
    AgendaPoint,
    ApprovalDeputy,
    ApprovalRule,
    BoardMeeting,
    Change,
    ChangeRound,
    ChangeTemplate,
    PlannedDifference,
)
from server.desk.changes.queries.changes import find_change
from server.desk.changes.queries.scope import visible_changes
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items
from server.people.queries.people import seen_people

_MOST = 500


def _in_reach(
    actor: Actor,
    organisation: SQLColumnExpression[int],
    permission: Permission = Permission.CHANGE_READ,
) -> ColumnElement[bool]:
    actor.require(permission)
    return visible(actor, permission, ScopeColumns(organisation=organisation))


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round, and which of the items it froze are in sight."""

    round: ChangeRound
    names: dict[int, str]


def rounds_of(session: Session, actor: Actor, reference: str | int) -> list[RoundRow]:
    """Return every round of approval of a change, the latest first."""
    change = find_change(session, actor, reference)
    query = select(ChangeRound).where(ChangeRound.change_id == change.id)
    rounds = session.scalars(query.order_by(ChangeRound.round.desc())).all()
    ids = {one["item_id"] for row in rounds for one in row.impact.get("services", ())}
    seen = select(Item.id, Item.name).where(Item.id.in_(sorted(ids)[:_MOST]), visible_items(actor))
    names = {row.id: row.name for row in session.execute(seen)} if ids else {}
    return [RoundRow(row, names) for row in rounds]


def differences_in_sight(
    session: Session, actor: Actor, reference: str | int
) -> list[PlannedDifference]:
    """Return what a change will make of items in sight, in its order."""
    change = find_change(session, actor, reference)
    seen = select(Item.id).where(visible_items(actor))
    query = select(PlannedDifference).where(
        PlannedDifference.change_id == change.id,
        PlannedDifference.item_id.in_(seen),
        or_(PlannedDifference.other_id.is_(None), PlannedDifference.other_id.in_(seen)),
    )
    return list(session.scalars(query.order_by(PlannedDifference.position)))


def list_templates(
    session: Session, actor: Actor, *, approved_only: bool = False
) -> list[ChangeTemplate]:
    """Return the templates in sight by name."""
    query = select(ChangeTemplate).where(_in_reach(actor, ChangeTemplate.organisation_id))
    if approved_only:
        query = query.where(ChangeTemplate.state == "approved")
    ordered = query.order_by(ChangeTemplate.name_key, ChangeTemplate.id).limit(_MOST)
    return list(session.scalars(ordered))


def list_rules(session: Session, actor: Actor) -> list[ApprovalRule]:
    """Return the approval rules in sight."""
    query = select(ApprovalRule).where(_in_reach(actor, ApprovalRule.organisation_id))
    return list(session.scalars(query.order_by(ApprovalRule.id).limit(_MOST)))


def list_deputies(session: Session, actor: Actor, now: datetime) -> list[ApprovalDeputy]:
    """Return the deputies of now and later: one's own, and all for who holds change:approve."""
    query = select(ApprovalDeputy).where(ApprovalDeputy.ends_at > now)
    if not actor.may(Permission.CHANGE_APPROVE):
        mine = (
            ApprovalDeputy.person_id == actor.person_id,
            ApprovalDeputy.deputy_id == actor.person_id,
        )
        query = query.where(or_(*mine))
    else:
        seen = select(Person.id).where(or_(seen_people(actor), Person.id == actor.person_id))
        query = query.where(ApprovalDeputy.person_id.in_(seen))
    return list(session.scalars(query.order_by(ApprovalDeputy.starts_at).limit(_MOST)))


def list_meetings(session: Session, actor: Actor) -> list[BoardMeeting]:
    """Return the meetings in sight, the latest first."""
    query = select(BoardMeeting).where(_in_reach(actor, BoardMeeting.organisation_id))
    ordered = query.order_by(BoardMeeting.starts_at.desc(), BoardMeeting.id.desc())
    return list(session.scalars(ordered.limit(_MOST)))


def find_meeting(session: Session, actor: Actor, meeting_id: int) -> BoardMeeting:
    """Return a meeting. Raises ``NotFound`` when there is none in sight."""
    seen = _in_reach(actor, BoardMeeting.organisation_id)
    found = session.scalar(select(BoardMeeting).where(BoardMeeting.id == meeting_id, seen))
    if found is None:
        raise NotFound("meeting", meeting_id)
    return found


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A change on an agenda."""

    point: AgendaPoint
    change: Change


def agenda_of(session: Session, actor: Actor, meeting_id: int) -> list[AgendaRow]:
    """Return a meeting's agenda in its order, changes out of sight left out."""
    meeting = find_meeting(session, actor, meeting_id)
    query = (
        select(AgendaPoint, Change)
        .join(Change, Change.id == AgendaPoint.change_id)
        .where(AgendaPoint.meeting_id == meeting.id, visible_changes(actor))
    )
    rows = session.execute(query.order_by(AgendaPoint.position, Change.id))
    return [AgendaRow(*row) for row in rows]
