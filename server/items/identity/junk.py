"""The list of values that identify nobody: the shipped one, and what administrators add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.identity.junk import read_junk
from cmdb.engine.identity.knowledge import LISTS, knowledge
from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.model.text import clean
from cmdb.records.identity import JunkValue
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.foundation.standing import model_changed
from server.people.actions.rights import require_everywhere


@dataclass(frozen=True, slots=True)
class JunkDraft:
    """A value to be declared junk."""

    kind: str
    value: str
    note: str = ""


def shipped_junk() -> Mapping[str, Sequence[str]]:
    """Return what is known from the field and counts as junk here, by the name of its list."""
    known = knowledge()
    return {
        "text": sorted(known.placeholders),
        "uuid": sorted(known.bad_uuids),
        "mac": sorted(known.shared_mac_prefixes),
        "dock": sorted(known.dock_mac_prefixes),
    }


def list_junk(session: Session, actor: Actor) -> list[JunkValue]:
    """Return what administrators have added."""
    return _listed(session, actor, identifies=False)


def list_exempt(session: Session, actor: Actor) -> list[JunkValue]:
    """Return what administrators have taken off the shipped lists; ``kind`` names the list."""
    return _listed(session, actor, identifies=True)


def _listed(session: Session, actor: Actor, *, identifies: bool) -> list[JunkValue]:
    require_everywhere(actor, Permission.ADMIN_RULES)
    query = select(JunkValue).where(JunkValue.identifies == identifies)
    return list(session.scalars(query.order_by(JunkValue.kind, JunkValue.value)))


def exempt_junk(session: Session, actor: Actor, draft: JunkDraft, now: datetime) -> JunkValue:
    """Take a value off a shipped list: it identifies again, from the next report on.

    ``draft.kind`` names the list. Raises ``InvalidValue`` naming ``kind`` or ``value``.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    if draft.kind not in LISTS:
        raise InvalidValue({"kind": f"must be one of {', '.join(LISTS)}"})
    value = " ".join(draft.value.split()).casefold()
    if value not in shipped_junk()[draft.kind]:
        raise InvalidValue({"value": "is not on this list"})
    return _write(session, actor, (draft.kind, value), draft.note, now, identifies=True)


def add_junk(session: Session, actor: Actor, draft: JunkDraft, now: datetime) -> JunkValue:
    """Declare a value junk, from the next report on. Raises ``InvalidValue`` or a duplicate."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    kind, value = read_junk(draft.kind, draft.value)
    known = select(JunkValue.id).where(
        JunkValue.kind == kind, JunkValue.value == value, ~JunkValue.identifies
    )
    if session.scalar(known) is not None:
        raise DuplicateName("junk value", "value", value)
    return _write(session, actor, (kind, value), draft.note, now, identifies=False)


def _write(
    session: Session,
    actor: Actor,
    what: tuple[str, str],
    note: str,
    now: datetime,
    *,
    identifies: bool,
) -> JunkValue:
    kind, value = what
    row = JunkValue(
        kind=kind,
        value=value,
        note=clean(note)[:200],
        at=now,
        person_id=actor.person_id,
        identifies=identifies,
    )
    session.add(row)
    session.flush()  # the audit record names its id
    act = "junk.exempted" if identifies else "junk.added"
    audit.record(session, actor, act, f"junk:{row.id}", {"kind": kind, "value": value})
    model_changed(session)
    return row


def remove_junk(session: Session, actor: Actor, junk_id: int) -> None:
    """Let an added value identify again, or put one back on its shipped list. ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(JunkValue, junk_id)
    if row is None:
        raise NotFound("junk value", junk_id)
    detail = {"kind": row.kind, "value": row.value}
    act = "junk.restored" if row.identifies else "junk.removed"
    audit.record(session, actor, act, f"junk:{junk_id}", detail)
    session.delete(row)
    session.flush()
    model_changed(session)
