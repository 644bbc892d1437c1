"""Changes that tests begin with."""

from datetime import timedelta
from typing import Any

from server.desk.changes import actions
from server.desk.changes.actions import ChangeDraft, ChangeMove, Decision
from server.desk.changes.models import ChangeApproval
from server.foundation.database import Database
from server.foundation.permissions import Actor
from tests.server.desk.estate import NOW, Estate

START = NOW + timedelta(hours=2)
END = NOW + timedelta(hours=4)


def draft_of(*item_ids: int, **values: Any) -> ChangeDraft:
    """Return a whole plan on some items."""
    usual: dict[str, Any] = {
        "title": "Patch",
        "implementation_plan": "Patch",
        "back_out_plan": "Unpatch",
        "item_ids": item_ids,
        "window_start": START,
        "window_end": END,
    }
    return ChangeDraft(**usual | values)


def planned(
    database: Database, estate: Estate, *item_ids: int, author: Actor | None = None, **values: Any
) -> str:
    """Plan a change and bring it into assessment; return its reference."""
    actor = author or estate.world.agent
    with database.writing() as session:
        change = actions.draft_change(session, actor, draft_of(*item_ids, **values), NOW)
        actions.move_change(session, actor, change.id, ChangeMove("assessment"), NOW)
        return change.reference


def asked(
    database: Database, estate: Estate, *item_ids: int, author: Actor | None = None, **values: Any
) -> str:
    """Plan a change and ask for its approval; return its reference."""
    reference = planned(database, estate, *item_ids, author=author, **values)
    with database.writing() as session:
        actions.request_approval(session, author or estate.world.agent, reference, NOW)
    return reference


def scheduled(
    database: Database, estate: Estate, *item_ids: int, author: Actor | None = None, **values: Any
) -> str:
    """Plan, ask, and approve in the place of everybody asked; return the reference."""
    reference = asked(database, estate, *item_ids, author=author, **values)
    with database.writing() as session:
        for approval in session.query(ChangeApproval).filter_by(decision="pending").all():
            said = Decision("approved", approval_id=approval.id)
            actions.decide(session, estate.world.admin, approval.change_id, said, NOW)
    return reference
