"""Breaking the glass: rights that sleep are taken for hours, signed, told and reviewed.

They widen what somebody may do, never what one and the same person may do: who asked still does
not approve.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.errors import SegregationOfDuties, SessionRequired
from server.foundation.events import publish
from server.foundation.permissions import Actor
from server.foundation.signing import Signer
from server.people.events import GlassBroken
from server.people.models import EmergencyUse
from server.people.queries.emergencies import own_use, sleeping_grant, use_to_review
from server.people.rules.emergencies import draft_fault, end_of, signed_document


@dataclass(frozen=True, slots=True)
class EmergencyDraft:
    """What somebody says when they break the glass."""

    reason: str
    hours: int


def take_emergency(
    session: Session,
    actor: Actor,
    signer: Signer,
    grant_id: int,
    draft: EmergencyDraft,
    now: datetime,
) -> EmergencyUse:
    """Wake a grant that the actor holds for emergencies, from the next request on.

    Leaves a signed record and tells who administers people there. Raises ``SessionRequired`` for a
    token, ``InvalidValue``, and ``Conflict`` while the same grant is in use.
    """
    if actor.person_id is None or actor.kind != "person":
        raise SessionRequired("only somebody who is signed in may do this")
    grant, role = sleeping_grant(session, actor, grant_id)
    _check(draft)
    busy = select(EmergencyUse.id).where(
        EmergencyUse.grant_id == grant.id,
        EmergencyUse.person_id == actor.person_id,
        EmergencyUse.ended_at.is_(None),
        EmergencyUse.ends_at > now,
    )
    if session.scalar(busy) is not None:
        raise Conflict("this emergency is declared already")
    use = EmergencyUse(
        grant_id=grant.id,
        person_id=actor.person_id,
        organisation_id=grant.organisation_id,
        role=role.code,
    )
    return _begin(session, actor, signer, use, draft, now)


def declare_emergency(
    session: Session,
    actor: Actor,
    signer: Signer,
    person_id: int,
    draft: EmergencyDraft,
    now: datetime,
) -> EmergencyUse:
    """Put on record that somebody is let in from the command line. The caller lets them in."""
    _check(draft)
    person = session.get_one(Person, person_id)
    use = EmergencyUse(person_id=person.id, organisation_id=person.organisation_id, role="")
    return _begin(session, actor, signer, use, draft, now)


def end_emergency(session: Session, actor: Actor, use_id: int, now: datetime) -> EmergencyUse:
    """End one's own emergency before its time. Raises ``Conflict`` when it is over."""
    use = own_use(session, actor, use_id)
    if is_over(use, now):
        raise Conflict("this emergency is over already")
    use.ended_at = now
    record(session, actor, "emergency_ended", f"emergency_use:{use.id}")
    session.flush()
    return use


def review_emergency(
    session: Session, actor: Actor, use_id: int, note: str, now: datetime
) -> EmergencyUse:
    """Write down what somebody else thinks of an emergency that is over.

    Raises ``SegregationOfDuties`` for one's own, ``Conflict`` for one that lasts or was reviewed.
    """
    use = use_to_review(session, actor, use_id)
    if use.person_id == actor.person_id:
        raise SegregationOfDuties("nobody reviews their own emergency")
    if not is_over(use, now):
        raise Conflict("this emergency is not over yet")
    if use.reviewed_at is not None:
        raise Conflict("this emergency was reviewed already")
    if not note.strip():
        raise InvalidValue({"note": "must not be empty"})
    use.reviewed_by, use.reviewed_at, use.note = actor.person_id, now, note.strip()
    record(session, actor, "emergency_reviewed", f"emergency_use:{use.id}")
    session.flush()
    return use


def is_over(use: EmergencyUse, now: datetime) -> bool:
    """Say whether an emergency gives nothing any more."""
    return use.ended_at is not None or use.ends_at <= now


def is_genuine(use: EmergencyUse, signer: Signer) -> bool:
    """Say whether the record is what was signed when the glass was broken."""
    return signer.vouches(signed_document(use), use.signature)


def _check(draft: EmergencyDraft) -> None:
    if faults := draft_fault(draft.reason, draft.hours):
        raise InvalidValue(faults)


def _begin(
    session: Session,
    actor: Actor,
    signer: Signer,
    use: EmergencyUse,
    draft: EmergencyDraft,
    now: datetime,
) -> EmergencyUse:
    use.reason, use.taken_at = draft.reason.strip(), now
    use.ends_at = end_of(now, draft.hours)
    session.add(use)
    session.flush()
    use.signature = signer.sign(signed_document(use))
    session.flush()
    told = {
        "person": use.person_id,
        "role": use.role,
        "organisation": use.organisation_id,
        "hours": draft.hours,
        "signature": hashlib.sha256(use.signature.encode()).hexdigest(),
    }
    record(session, actor, "emergency_taken", f"emergency_use:{use.id}", told)
    publish(session, GlassBroken(use.id))
    return use
