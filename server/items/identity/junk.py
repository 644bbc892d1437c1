"""The list of values that identify nobody: the shipped one, and what administrators add to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.identity.junk import read_junk
from cmdb.engine.identity.knowledge import knowledge
from cmdb.errors import DuplicateName, NotFound
from cmdb.model.text import clean
from cmdb.records.identity import JunkValue
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere


@dataclass(frozen=True, slots=True)
class JunkDraft:
    """A value to be declared junk."""

    kind: str
    value: str
    note: str = ""


def shipped_junk() -> Mapping[str, Sequence[str]]:
    """Return what is known from the field, by what it is compared with."""
    known = knowledge()
    return {
        "text": sorted(known.placeholders),
        "uuid": sorted(known.bad_uuids),
        "mac": sorted(known.shared_mac_prefixes),
        "dock": sorted(known.dock_mac_prefixes),
    }


def list_junk(session: Session, actor: Actor) -> list[JunkValue]:
    """Return what administrators have added."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    query = select(JunkValue).order_by(JunkValue.kind, JunkValue.value)
    return list(session.scalars(query))


def add_junk(session: Session, actor: Actor, draft: JunkDraft, now: datetime) -> JunkValue:
    """Declare a value junk, from the next report on. Raises ``InvalidValue`` or a duplicate."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    kind, value = read_junk(draft.kind, draft.value)
    known = select(JunkValue.id).where(JunkValue.kind == kind, JunkValue.value == value)
    if session.scalar(known) is not None:
        raise DuplicateName("junk value", "value", value)
    row = JunkValue(
        kind=kind, value=value, note=clean(draft.note)[:200], at=now, person_id=actor.person_id
    )
    session.add(row)
    session.flush()  # the audit record names its id
    audit.record(session, actor, "junk.added", f"junk:{row.id}", {"kind": kind, "value": value})
    return row


def remove_junk(session: Session, actor: Actor, junk_id: int) -> None:
    """Let a value identify again. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(JunkValue, junk_id)
    if row is None:
        raise NotFound("junk value", junk_id)
    detail = {"kind": row.kind, "value": row.value}
    audit.record(session, actor, "junk.removed", f"junk:{junk_id}", detail)
    session.delete(row)
    session.flush()
