"""Giving or refusing approval: each counts once, and never that of author or implementer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, StaleVersion
from server.desk.changes.actions.asking import move
from server.desk.changes.events import ApprovalDecided, ChangeMoved
from server.desk.changes.models import ApprovalDeputy, Change, ChangeApproval, ChangeRound
from server.desk.changes.queries import escalated_to, lock_change, names
from server.desk.changes.rules.approval import Demand, Vote, seats_taken, standing_of
from server.desk.changes.rules.authority import DEPUTY, PLACE, SELF
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
    approval in somebody else's place, for who holds ``change:approve``. ``way`` is how it was said:
    "page", "link" or "board".
    """

    decision: str
    comment: str = ""
    digest: str = ""
    approval_id: int | None = None
    way: str = "page"


def decide(
    session: Session, actor: Actor, reference: str | int, given: Decision, now: datetime
) -> Change:
    """Approve or refuse; the change is scheduled or rejected as soon as the demands say so.

    Raises ``SegregationOfDuties`` for author and implementer, whatever else they may do;
    ``PermissionDenied`` for who was not asked; ``StaleVersion`` when what they read is not what
    stands there; ``Conflict`` for who has decided already; ``IllegalMove``, ``InvalidValue``.
    """
    change = lock_change(session, actor, reference, Permission.CHANGE_READ)
    check_person(actor, change)
    if change.state != "approval":
        raise IllegalMove("change", change.state, "scheduled")
    check_words(given)
    if given.digest and given.digest != change.digest:
        raise StaleVersion("the change was edited after you read it; read it again")
    slots = _slots(session, actor, change, given.approval_id, now)
    if given.decision == "approved":
        slots = _seats(session, actor, change, slots)
    settle(session, actor, change, slots, given, now)
    return change


def settle(
    session: Session,
    actor: Actor,
    change: Change,
    slots: Sequence[ChangeApproval],
    given: Decision,
    now: datetime,
) -> None:
    """Write what somebody decided on approvals that are theirs to decide, and what follows."""
    comment = check_words(given)
    for slot in slots:
        slot.decision, slot.comment = given.decision, comment
        slot.decided_by_id, slot.decided_at = actor.person_id, now
        slot.decided_by_way = given.way
        slot.spoke_as = _speaking(session, actor, slot, now)
    session.flush()
    _conclude(session, actor, change, now)
    ids = tuple(slot.id for slot in slots)
    in_place_of = any(slot.spoke_as != SELF for slot in slots)
    detail = {
        "digest": change.digest,
        "round": change.approval_round,
        "graph_sequence": change.graph_sequence,
        "approvals": list(ids),
        "in_place_of": in_place_of,
        "spoke_as": [slot.spoke_as for slot in slots],
        "way": given.way,
    }
    record(session, actor, f"change_{given.decision}", f"change:{change.id}", detail)
    publish(
        session,
        ApprovalDecided(change.id, now, actor.person_id, given.decision, ids, comment, in_place_of),
    )


def _speaking(session: Session, actor: Actor, slot: ChangeApproval, now: datetime) -> str:
    """Return how somebody speaks: for themselves or their group, as a deputy, or in the place."""
    mine = slot.person_id == actor.person_id if slot.person_id else slot.group_id in actor.group_ids
    if mine:
        return SELF
    named = select(ApprovalDeputy.id).where(
        ApprovalDeputy.person_id == slot.person_id,
        ApprovalDeputy.deputy_id == actor.person_id,
        ApprovalDeputy.by_themselves,
        ApprovalDeputy.starts_at <= now,
        ApprovalDeputy.ends_at > now,
    )
    return PLACE if session.scalar(named.limit(1)) is None else DEPUTY


def check_person(actor: Actor, change: Change) -> None:
    """Raise ``SegregationOfDuties`` for author and implementer, whatever else they may do."""
    if actor.person_id is None:
        raise PermissionDenied(Permission.CHANGE_APPROVE)
    if actor.person_id == change.author_id:
        raise SegregationOfDuties("the author of a change cannot approve it")
    if actor.person_id == change.implementer_id:
        raise SegregationOfDuties("who carries out a change cannot approve it")


def check_words(given: Decision) -> str:
    """Return the comment as it is stored; a refusal says why. Raises ``InvalidValue``."""
    problems = Problems()
    if given.decision not in DECISIONS:
        problems.add("decision", f"must be one of {', '.join(DECISIONS)}")
    comment = text_of(problems, "comment", given.comment)
    if given.decision == "rejected" and not comment:
        problems.add("comment", "say why")
    problems.refuse()
    return comment


def _slots(
    session: Session, actor: Actor, change: Change, approval_id: int | None, now: datetime
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
        found = list(session.scalars(query.where(names(actor, now))))
        found = found or list(session.scalars(query.where(escalated_to(actor))))
        if not found:
            raise _not_asked(actor, change)
    pending = [slot for slot in found if slot.decision == "pending"]
    if not pending:
        raise Conflict("this has been decided already")
    return pending


def _seats(
    session: Session, actor: Actor, change: Change, slots: Sequence[ChangeApproval]
) -> list[ChangeApproval]:
    """Leave out what a yes of the same head would only use up; one's own approval comes first."""
    mine = sorted(slots, key=lambda slot: slot.person_id != actor.person_id)
    heard = map(_vote, _round(session, change))
    places = seats_taken(
        actor.person_id or 0, list(map(_vote, mine)), heard, demands_on(session, change)
    )
    if not places:
        raise Conflict("you have answered here already, and each head counts once")
    return [mine[place] for place in places]


def _round(session: Session, change: Change) -> Sequence[ChangeApproval]:
    """Return the approvals of the present round."""
    return session.scalars(
        select(ChangeApproval).where(
            ChangeApproval.change_id == change.id,
            ChangeApproval.round == change.approval_round,
        )
    ).all()


def _not_asked(actor: Actor, change: Change) -> Exception:
    if actor.may(Permission.CHANGE_APPROVE, change.organisation_id):
        text = "you were not asked; name the approval you decide in somebody's place"
        return InvalidValue({"approval_id": text})
    return PermissionDenied(Permission.CHANGE_APPROVE)


def _vote(row: ChangeApproval) -> Vote:
    """Return what an approval counts for: its demands, and itself where it is asked for alone."""
    own = () if row.why and all("demand" in one for one in row.why) else (f"own:{row.id}",)
    return Vote(
        row.decision,
        row.decided_by_id,
        (*own, *dict.fromkeys(one["demand"] for one in row.why if "demand" in one)),
    )


def demands_on(session: Session, change: Change) -> dict[str, Demand]:
    """Return what the present round demands, by key."""
    kept = session.get(ChangeRound, (change.id, change.approval_round))
    return {one["key"]: Demand(**one) for one in (kept.demands if kept else ())}


def _conclude(session: Session, actor: Actor, change: Change, now: datetime) -> None:
    """Schedule or reject the change when this round is over."""
    rows = _round(session, change)
    standing = standing_of(map(_vote, rows), demands_on(session, change))
    if standing == "pending":
        return
    after = "scheduled" if standing == "approved" else "rejected"
    move(change, after, now)
    publish(session, ChangeMoved(change.id, now, actor.person_id, "approval", after, ""))
