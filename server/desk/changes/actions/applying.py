"""Writing into the register what a change planned for it, all of it by one act."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, InvalidValue
from cmdb.records.relations import Relation
from server.desk.changes.actions.handing import finish_handed, open_application
from server.desk.changes.events import DifferencesApplied
from server.desk.changes.models import Change, PlannedDifference
from server.desk.changes.queries import Authority, authority_over
from server.desk.changes.rules.authority import APPROVAL, Word
from server.foundation.audit import record
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Grant, Permission
from server.items.actions import RelationDraft, create_relation, edit_item, end_relation

#: What the approval of an item's owner lends, for the one line it was given to.
_LENT = Grant(frozenset({Permission.ITEM_WRITE}))


def apply_differences(
    session: Session, actor: Actor, reference: str | int, now: datetime
) -> Change:
    """Write everything that was planned for the register; all of it or nothing.

    Each difference passes the same gate as an edit by hand, which the approval of the item's owner
    to exactly this value opens too (``rules.authority``). Raises ``Conflict`` before approval,
    when it was done already or nothing is planned; ``InvalidValue`` naming ``differences.0`` and
    what stands against it (an item retired meanwhile, nobody's word).
    """
    change = open_application(session, actor, reference)
    found = authority_over(session, actor, change)
    faults = {
        f"differences.{n}": _tried(session, actor, row, word, now)
        for n, (row, word) in enumerate(found.lines)
    }
    if any(faults.values()):
        raise InvalidValue({name: fault for name, fault in faults.items() if fault})
    change.applied_at, change.updated_at = now, now
    change.version += 1
    finish_handed(session, actor, change, now)
    session.flush()
    record(session, actor, "change_applied", f"change:{change.id}", _authorised(change, found))
    publish(session, DifferencesApplied(change.id, now, actor.person_id, len(found.lines)))
    return change


def _authorised(change: Change, found: Authority) -> dict[str, Any]:
    """Return by whose word each line was written, as the record of acts keeps it."""
    return {
        "differences": len(found.lines),
        "digest": change.digest,
        "authority": [
            {"difference": number, "by": word.by, "approvals": list(word.approvals)}
            for number, (_row, word) in enumerate(found.lines)
        ],
    }


def _tried(
    session: Session, actor: Actor, row: PlannedDifference, word: Word, now: datetime
) -> str:
    """Apply one difference; return what stands against it, or nothing."""
    if word.lacking:
        return "you may not change this item, and nobody who may has agreed to it"
    try:
        _apply(session, _lent(actor) if word.by == APPROVAL else actor, row, now)
    except InvalidValue as error:
        return "; ".join(error.fields.values())
    except PermissionDenied:
        return "you may not change this item"
    except CadastreError as error:
        return str(error)
    return ""


def _lent(actor: Actor) -> Actor:
    """Return the actor with the right that an approval lends; a token's limits are for its own."""
    scope = None if actor.scope is None else actor.scope | _LENT.permissions
    return replace(actor, grants=(*actor.grants, _LENT), scope=scope)


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
