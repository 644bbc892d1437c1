"""Asking for approval of exactly what stands there, and giving or refusing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, StaleVersion
from server.desk.changes.actions.assessing import assess_change, current_digest
from server.desk.changes.events import ApprovalDecided, ApprovalRequested, ChangeMoved
from server.desk.changes.models import Change, ChangeApproval
from server.desk.changes.queries import approvers_of, change_item_ids, lock_change, names
from server.desk.changes.rules.approval import Claim, Party, standing_of
from server.desk.tickets.actions.checking import Problems, text_of
from server.foundation.audit import record
from server.foundation.errors import IllegalMove, PermissionDenied, SegregationOfDuties
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

DECISIONS = ("approved", "rejected")


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says to a change.

    ``digest`` is that of what they read, when they want to be sure; ``approval_id`` decides one
    approval in somebody else's place, for who holds ``change:approve``.
    """

    decision: str
    comment: str = ""
    digest: str = ""
    approval_id: int | None = None


def request_approval(session: Session, actor: Actor, reference: str | int, now: datetime) -> Change:
    """Freeze plan, items, window and foreseen impact, and ask everybody who has a say.

    Raises ``IllegalMove`` unless the change is in assessment, ``InvalidValue`` naming what the plan
    still lacks, ``Conflict`` when nobody but author and implementer could approve.
    """
    change = lock_change(session, actor, reference)
    if change.state != "assessment":
        raise IllegalMove("change", change.state, "approval")
    item_ids = change_item_ids(session, change.id)
    _check_complete(change, item_ids, now)
    blast = assess_change(session, change)
    asked = approvers_of(
        session,
        item_ids,
        [one.item_id for one in blast.services],
        change.organisation_id,
        (change.author_id, change.implementer_id),
    )
    if not asked:
        raise Conflict("nobody but its author and implementer could approve this change")
    services = {one.item_id: one.state.text for one in blast.services}
    change.digest = current_digest(session, change, services)
    change.approval_round += 1
    _move(change, "approval", now)
    session.add_all(_approval(change, party, why, now) for party, why in asked.items())
    session.flush()
    detail = {"digest": change.digest, "round": change.approval_round}
    record(session, actor, "change_approval_requested", f"change:{change.id}", detail)
    event = ApprovalRequested(change.id, now, actor.person_id, change.digest, len(asked))
    publish(session, event)
    return change


def decide(
    session: Session, actor: Actor, reference: str | int, given: Decision, now: datetime
) -> Change:
    """Approve or refuse; the last approval schedules the change, one refusal rejects it.

    Raises ``SegregationOfDuties`` for author and implementer, whatever else they may do;
    ``PermissionDenied`` for who was not asked; ``StaleVersion`` when what they read is not what
    stands there; ``Conflict`` for who has decided already; ``IllegalMove``, ``InvalidValue``.
    """
    change = lock_change(session, actor, reference, Permission.CHANGE_READ)
    _check_person(actor, change)
    if change.state != "approval":
        raise IllegalMove("change", change.state, "scheduled")
    comment = _check_words(given)
    if given.digest and given.digest != change.digest:
        raise StaleVersion("the change was edited after you read it; read it again")
    slots = _slots(session, actor, change, given.approval_id)
    for slot in slots:
        slot.decision, slot.comment = given.decision, comment
        slot.decided_by_id, slot.decided_at = actor.person_id, now
    session.flush()
    _conclude(session, actor, change, now)
    ids = tuple(slot.id for slot in slots)
    in_place_of = given.approval_id is not None
    detail = {"digest": change.digest, "approvals": list(ids), "in_place_of": in_place_of}
    record(session, actor, f"change_{given.decision}", f"change:{change.id}", detail)
    publish(
        session,
        ApprovalDecided(change.id, now, actor.person_id, given.decision, ids, comment, in_place_of),
    )
    return change


def _check_complete(change: Change, item_ids: Sequence[int], now: datetime) -> None:
    problems = Problems()
    problems.add("item_ids", "" if item_ids else "name the items that are touched")
    for name in ("implementation_plan", "back_out_plan"):
        problems.add(name, "" if getattr(change, name) else "is needed for approval")
    if change.window_start is None or change.window_end is None:
        problems.add("window_start", "is needed for approval")
    elif change.window_end <= now:
        problems.add("window_end", "has passed")
    problems.refuse()


def _approval(change: Change, party: Party, why: Sequence[Claim], now: datetime) -> ChangeApproval:
    return ChangeApproval(
        change_id=change.id,
        round=change.approval_round,
        person_id=party.person_id,
        group_id=party.group_id,
        why=[claim.as_json() for claim in why],
        decision="pending",
        digest=change.digest,
        requested_at=now,
    )


def _check_person(actor: Actor, change: Change) -> None:
    if actor.person_id is None:
        raise PermissionDenied(Permission.CHANGE_APPROVE)
    if actor.person_id == change.author_id:
        raise SegregationOfDuties("the author of a change cannot approve it")
    if actor.person_id == change.implementer_id:
        raise SegregationOfDuties("who carries out a change cannot approve it")


def _check_words(given: Decision) -> str:
    problems = Problems()
    if given.decision not in DECISIONS:
        problems.add("decision", f"must be one of {', '.join(DECISIONS)}")
    comment = text_of(problems, "comment", given.comment)
    if given.decision == "rejected" and not comment:
        problems.add("comment", "say why")
    problems.refuse()
    return comment


def _slots(
    session: Session, actor: Actor, change: Change, approval_id: int | None
) -> list[ChangeApproval]:
    """Return the pending approvals that this decision is about."""
    this_round = (
        ChangeApproval.change_id == change.id,
        ChangeApproval.round == change.approval_round,
    )
    query = select(ChangeApproval).where(*this_round).order_by(ChangeApproval.id)
    if approval_id is not None:
        actor.require(Permission.CHANGE_APPROVE, change.organisation_id)
        found = list(session.scalars(query.where(ChangeApproval.id == approval_id)))
        if not found:
            raise InvalidValue({"approval_id": f"there is no approval {approval_id} to decide"})
    else:
        found = list(session.scalars(query.where(names(actor))))
        if not found:
            raise _not_asked(actor, change)
    pending = [slot for slot in found if slot.decision == "pending"]
    if not pending:
        raise Conflict("this has been decided already")
    return pending


def _not_asked(actor: Actor, change: Change) -> Exception:
    if actor.may(Permission.CHANGE_APPROVE, change.organisation_id):
        text = "you were not asked; name the approval you decide in somebody's place"
        return InvalidValue({"approval_id": text})
    return PermissionDenied(Permission.CHANGE_APPROVE)


def _conclude(session: Session, actor: Actor, change: Change, now: datetime) -> None:
    """Schedule or reject the change when this round is over."""
    decisions = session.scalars(
        select(ChangeApproval.decision).where(
            ChangeApproval.change_id == change.id,
            ChangeApproval.round == change.approval_round,
        )
    )
    standing = standing_of(decisions)
    if standing == "pending":
        return
    after = "scheduled" if standing == "approved" else "rejected"
    _move(change, after, now)
    publish(session, ChangeMoved(change.id, now, actor.person_id, "approval", after, ""))


def _move(change: Change, state: str, now: datetime) -> None:
    change.state = state
    change.updated_at = now
    change.version += 1
