"""Writing into the register what a change planned for it, all of it by one act."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, Conflict, InvalidValue
from cmdb.records.relations import Relation
from server.desk.changes.events import DifferencesApplied
from server.desk.changes.models import Change, PlannedDifference
from server.desk.changes.queries import differences_on, lock_change
from server.foundation.audit import record
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor
from server.items.actions import RelationDraft, create_relation, edit_item, end_relation

#: From approval on: what nobody has agreed to stays out of the register.
_STATES = ("scheduled", "implementing", "review", "closed")


def apply_differences(
    session: Session, actor: Actor, reference: str | int, now: datetime
) -> Change:
    """Write everything that was planned for the register; all of it or nothing.

    Each difference passes the same gate as an edit by hand. Raises ``Conflict`` before approval,
    when it was done already or nothing is planned; ``InvalidValue`` naming ``differences.0`` and
    what stands against it (an item retired meanwhile, a right the actor lacks).
    """
    change = lock_change(session, actor, reference)
    if change.state not in _STATES:
        raise Conflict(f"a change that is {change.state!r} is not applied")
    if change.applied_at is not None:
        raise Conflict("what was planned is in the register already")
    rows = differences_on(session, change.id)
    if not rows:
        raise Conflict("nothing is planned for the register")
    faults = {f"differences.{n}": _tried(session, actor, row, now) for n, row in enumerate(rows)}
    if any(faults.values()):
        raise InvalidValue({name: fault for name, fault in faults.items() if fault})
    change.applied_at, change.updated_at = now, now
    change.version += 1
    session.flush()
    detail = {"differences": len(rows)}
    record(session, actor, "change_applied", f"change:{change.id}", detail)
    publish(session, DifferencesApplied(change.id, now, actor.person_id, len(rows)))
    return change


def _tried(session: Session, actor: Actor, row: PlannedDifference, now: datetime) -> str:
    """Apply one difference; return what stands against it, or nothing."""
    try:
        _apply(session, actor, row, now)
    except InvalidValue as error:
        return "; ".join(error.fields.values())
    except PermissionDenied:
        return "you may not change this item"
    except CadastreError as error:
        return str(error)
    return ""


def _apply(session: Session, actor: Actor, row: PlannedDifference, now: datetime) -> None:
    if row.kind == "attribute":
        edit_item(session, actor, row.item_id, {row.subject: row.value.get("to")}, now)
    elif row.kind == "relate":
        draft = RelationDraft(row.subject, row.item_id, row.other_id or 0)
        create_relation(session, actor, draft, now)
    else:
        # Gone already is what was wanted.
        for relation_id in _live(session, row):
            end_relation(session, actor, relation_id, now)


def _live(session: Session, row: PlannedDifference) -> list[int]:
    query = select(Relation.id).where(
        Relation.start_id == row.item_id,
        Relation.end_id == row.other_id,
        Relation.type_code == row.subject,
        Relation.valid_to.is_(None),
    )
    return list(session.scalars(query.order_by(Relation.id)))
