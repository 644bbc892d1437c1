"""Who changed a thing last, for whoever was about to change it too."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.audit import AuditEntry
from server.foundation.permissions import Actor
from server.people.queries.people import names_of_people


@dataclass(frozen=True, slots=True)
class LastChange:
    """When a thing was changed last; ``name`` is "" for programs, and for people out of sight."""

    name: str
    at: datetime


def last_change(session: Session, actor: Actor, subject: str) -> LastChange | None:
    """Return the last act that the record tells of a subject; None where it tells of none.

    The caller has made sure that the actor may read what it is about.
    """
    query = select(AuditEntry.person_id, AuditEntry.at).where(AuditEntry.subject == subject)
    row = session.execute(query.order_by(AuditEntry.seq.desc()).limit(1)).first()
    if row is None:
        return None
    known = {} if row.person_id is None else names_of_people(session, actor, [row.person_id])
    return LastChange(known.get(row.person_id, ""), row.at)
