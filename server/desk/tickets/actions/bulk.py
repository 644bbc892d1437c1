"""One act on many tickets: each is done or refused by itself, and it is told why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, InvalidValue
from server.desk.tickets.actions.conversation import EntryDraft, add_entry
from server.desk.tickets.actions.editing import edit_ticket
from server.desk.tickets.actions.moving import MoveDraft, move_ticket
from server.foundation.events import whole_or_not
from server.foundation.permissions import Actor

MAX_BULK = 200


@dataclass(frozen=True, slots=True)
class BulkDraft:
    """What is done to each; None and "" leave that as it is."""

    group_id: int | None = None
    assignee_id: int | None = None
    urgency: str = ""
    move: MoveDraft | None = None
    note: str = ""
    note_kind: str = "internal"


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one ticket; ``fault`` is "" where it was done.

    ``fields`` tells what is wrong with which field, where the fault is one of fields.
    """

    reference: str
    fault: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def change_many(
    session: Session, actor: Actor, references: Sequence[str], draft: BulkDraft, now: datetime
) -> list[BulkOutcome]:
    """Do the same to many tickets. Nothing is half-done to one of them.

    Raises ``InvalidValue`` when nothing is asked for, or of too many at once.
    """
    named = list(dict.fromkeys(references))
    if not named or len(named) > MAX_BULK:
        raise InvalidValue({"references": f"name 1 to {MAX_BULK} tickets"})
    if draft == BulkDraft():
        raise InvalidValue({"references": "say what is to be done to them"})
    return [_one(session, actor, reference, draft, now) for reference in named]


def _one(
    session: Session, actor: Actor, reference: str, draft: BulkDraft, now: datetime
) -> BulkOutcome:
    try:
        with whole_or_not(session):
            _change(session, actor, reference, draft, now)
    except InvalidValue as error:
        told = "; ".join(f"{name}: {fault}" for name, fault in error.fields.items())
        return BulkOutcome(reference, told, error.fields)
    except CadastreError as error:
        return BulkOutcome(reference, str(error))
    return BulkOutcome(reference)


def _change(
    session: Session, actor: Actor, reference: str, draft: BulkDraft, now: datetime
) -> None:
    values: dict[str, int | str] = {}
    if draft.group_id is not None:
        values["group_id"] = draft.group_id
    if draft.assignee_id is not None:
        values["assignee_id"] = draft.assignee_id
    if draft.urgency:
        values["urgency"] = draft.urgency
    if values:
        edit_ticket(session, actor, reference, values, now)
    if draft.note:
        add_entry(session, actor, reference, EntryDraft(draft.note, draft.note_kind), now)
    if draft.move is not None:
        move_ticket(session, actor, reference, draft.move, now)
