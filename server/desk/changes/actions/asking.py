"""Asking for approval of exactly what stands there, with its impact frozen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from server.desk.changes.actions.assessing import assess_change, current_digest
from server.desk.changes.actions.standard import check_standard
from server.desk.changes.events import ApprovalRequested, ChangeMoved
from server.desk.changes.models import Change, ChangeApproval, ChangeRound
from server.desk.changes.queries import (
    Asked,
    Foresight,
    approvers_of,
    change_item_ids,
    lock_change,
    plan_of,
    question_of,
)
from server.desk.changes.rules.approval import Claim, Party, unreachable
from server.desk.tickets.actions.checking import Problems
from server.foundation.audit import record
from server.foundation.errors import IllegalMove
from server.foundation.events import publish
from server.foundation.permissions import Actor

#: Who approves an emergency need not wait for its assessment.
_FROM = {"emergency": ("draft", "assessment"), "normal": ("assessment",)}


def request_approval(session: Session, actor: Actor, reference: str | int, now: datetime) -> Change:
    """Freeze plan, items, window and foreseen impact, and ask everybody who has a say.

    A standard change is scheduled at once: its template was approved for all like it. Raises
    ``IllegalMove`` unless the change is in assessment (or a draft, for an emergency),
    ``InvalidValue`` naming what the plan still lacks or where it leaves its template, ``Conflict``
    when those who may decide cannot meet what is demanded.
    """
    change = lock_change(session, actor, reference)
    if change.state not in _FROM.get(change.kind, _FROM["normal"]):
        raise IllegalMove("change", change.state, "approval")
    item_ids = change_item_ids(session, change.id)
    _check_complete(change, item_ids, now)
    found = assess_change(session, change)
    _check_freezes(change, found)
    if change.kind == "standard":
        check_standard(session, change, found)
        asked = Asked({})
    else:
        asked = approvers_of(session, question_of(plan_of(session, change), found))
        _check_reachable(asked)
    _freeze(session, change, found, asked, now)
    session.flush()
    detail = {"digest": change.digest, "round": change.approval_round}
    record(session, actor, "change_approval_requested", f"change:{change.id}", detail)
    told = ApprovalRequested(change.id, now, actor.person_id, change.digest, len(asked.parties))
    publish(session, told)
    if change.kind == "standard":
        move(change, "scheduled", now)
        publish(session, ChangeMoved(change.id, now, None, "approval", "scheduled", "template"))
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


def _check_freezes(change: Change, found: Foresight) -> None:
    """Refuse a window inside a freeze; an emergency is what a freeze makes room for."""
    if found.freezes and change.kind != "emergency":
        told = ", ".join(one.name for one in found.freezes)
        raise InvalidValue({"window_start": f"a freeze forbids it: {told}"})


def _check_reachable(asked: Asked) -> None:
    if not asked.parties:
        raise Conflict("nobody but its author and implementer could approve this change")
    for demand, number in unreachable(asked.demands, asked.parties):
        raise Conflict(
            f"{demand.name or demand.key!r} asks {demand.needed(number)} to agree, "
            f"but only {number} other than author and implementer may"
        )


def _freeze(
    session: Session, change: Change, found: Foresight, asked: Asked, now: datetime
) -> None:
    services = {one.item_id: one.state.text for one in found.blast.services}
    change.digest = current_digest(session, change, services)
    change.approval_round += 1
    move(change, "approval", now)
    session.add(
        ChangeRound(
            change_id=change.id,
            round=change.approval_round,
            digest=change.digest,
            graph_sequence=found.blast.sequence,
            impact=found.frozen(),
            demands=[demand.as_json() for demand in asked.demands],
            asked_at=now,
        )
    )
    hours = {demand.key: demand.hours for demand in asked.demands}
    session.add_all(
        _approval(change, party, why, hours, now) for party, why in asked.parties.items()
    )


def _approval(
    change: Change, party: Party, why: Sequence[Claim], hours: dict[str, int], now: datetime
) -> ChangeApproval:
    limits = [hours[one.demand] for one in why if hours.get(one.demand)]
    return ChangeApproval(
        change_id=change.id,
        round=change.approval_round,
        person_id=party.person_id,
        group_id=party.group_id,
        why=[claim.as_json() for claim in why],
        decision="pending",
        digest=change.digest,
        requested_at=now,
        due_at=now + timedelta(hours=min(limits)) if limits else None,
    )


def move(change: Change, state: str, now: datetime) -> None:
    """Bring a change into a state that its approval decides."""
    change.state = state
    change.updated_at = now
    change.version += 1
