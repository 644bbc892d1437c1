"""Which changes an actor may see or work on."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select

from server.desk.changes.models import ApprovalDeputy, Change, ChangeApproval
from server.foundation.clock import utc_now
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible


def visible_changes(
    actor: Actor, permission: Permission = Permission.CHANGE_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Change`` under which the actor holds ``permission``.

    One's own are those one plans or carries out. Who is asked to approve a change sees it without
    any grant: nobody can judge what they may not read.
    """
    own: ColumnElement[bool] = false()
    if actor.person_id is not None:
        own = or_(Change.author_id == actor.person_id, Change.implementer_id == actor.person_id)
    mine = asked(actor)
    columns = ScopeColumns(organisation=Change.organisation_id, own=own, team=mine)
    granted = visible(actor, permission, columns)
    if permission is Permission.CHANGE_READ and _token_allows(actor):
        return or_(granted, mine)
    return granted


def asked(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Change`` that the actor was asked to approve it."""
    approvals = select(ChangeApproval.id).where(
        ChangeApproval.change_id == Change.id, waits_for(actor), ChangeApproval.decision != "void"
    )
    return approvals.correlate(Change).exists()


def names(actor: Actor, now: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition on ``ChangeApproval`` that it is the actor's to decide.

    It names them, a group of theirs, or somebody whose deputy they are at ``now`` (None: today).
    """
    groups = ChangeApproval.group_id.in_(sorted(actor.group_ids))
    if actor.person_id is None:
        return groups
    moment = now or utc_now()
    absent = select(ApprovalDeputy.person_id).where(
        ApprovalDeputy.deputy_id == actor.person_id,
        ApprovalDeputy.starts_at <= moment,
        ApprovalDeputy.ends_at > moment,
    )
    return or_(
        ChangeApproval.person_id == actor.person_id, groups, ChangeApproval.person_id.in_(absent)
    )


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``ChangeApproval`` that it may come to the actor to decide."""
    return or_(names(actor), escalated_to(actor))


def escalated_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that its time is over and the actor holds ``change:approve`` there."""
    managed = Change.__table__.alias("managed")
    columns = ScopeColumns(organisation=managed.c.organisation_id)
    theirs = select(managed.c.id).where(visible(actor, Permission.CHANGE_APPROVE, columns))
    return and_(ChangeApproval.escalated_at.is_not(None), ChangeApproval.change_id.in_(theirs))


def _token_allows(actor: Actor) -> bool:
    return actor.scope is None or Permission.CHANGE_READ in actor.scope
