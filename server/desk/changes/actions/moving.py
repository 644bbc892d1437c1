"""Taking a change one step through its life."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from server.desk.changes.actions.assessing import void_approvals
from server.desk.changes.events import ChangeMoved
from server.desk.changes.models import Change
from server.desk.changes.queries import (
    change_item_ids,
    foresee,
    foreseen_services,
    lock_change,
    plan_of,
    worse_than,
)
from server.desk.changes.rules.words import check_move, shipped_words
from server.desk.tickets.actions.checking import Problems, text_of
from server.foundation.events import publish
from server.foundation.permissions import Actor


@dataclass(frozen=True, slots=True)
class ChangeMove:
    """Where to, and what that step asks for."""

    state: str
    reason: str = ""
    review: str = ""


def move_change(
    session: Session, actor: Actor, reference: str | int, draft: ChangeMove, now: datetime
) -> Change:
    """Take a step. Approval, scheduling and rejection come from asking and deciding instead.

    Starting outside the approved window, or with a worse impact than was approved, is a
    ``Conflict``. Raises ``IllegalMove``, ``InvalidValue``, ``NotFound``, ``PermissionDenied``.
    """
    change = lock_change(session, actor, reference)
    problems = Problems()
    reason = text_of(problems, "reason", draft.reason)
    review = text_of(problems, "review", draft.review)
    problems.refuse()
    words = shipped_words()
    before = change.state
    check_move(words, before, draft.state, {"reason": reason, "review": review})
    if draft.state == "assessment" and not change_item_ids(session, change.id):
        raise InvalidValue({"item_ids": "name the items that are touched"})
    if draft.state == "implementing":
        _check_start(session, change, now)
    if words.states[before].frozen and draft.state in ("assessment", "cancelled"):
        void_approvals(session, actor, change, (), now)
    if draft.state == "implementing":
        change.started_at = now
    if draft.state == "review":
        change.finished_at = now
    change.state = draft.state
    change.is_open = words.states[draft.state].open
    change.updated_at = now
    change.version += 1
    if review:
        change.review = review
    if not change.is_open:
        change.closed_at = now
    session.flush()
    publish(session, ChangeMoved(change.id, now, actor.person_id, before, draft.state, reason))
    return change


def _check_start(session: Session, change: Change, now: datetime) -> None:
    if change.window_start is None or change.window_end is None:
        raise Conflict("a change without a window cannot start")
    if not change.window_start <= now < change.window_end:
        raise Conflict("the approved window is not open; edit the window and ask again")
    approved = foreseen_services(session, change.id)
    found = foresee(session, plan_of(session, change))
    if found.freezes and change.kind != "emergency":
        told = ", ".join(one.name for one in found.freezes)
        raise Conflict(f"a freeze forbids it: {told}")
    worse = worse_than(approved, found.blast)
    if worse:
        raise Conflict(
            f"the graph has changed: {len(worse)} services would suffer more than was approved; "
            "go back to assessment"
        )
