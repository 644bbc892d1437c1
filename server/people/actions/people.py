"""Writing people down, and changing what is written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from cmdb.records.parties import Organisation, Person
from server.foundation.audit import record
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import refuse_more_than_own, require_over
from server.people.actions.sessions import revoke_sessions_of
from server.people.events import PersonDeactivated, PersonReactivated
from server.people.queries.organisations import seen_organisations
from server.people.queries.people import seen_people
from server.people.rules.logins import login_key, name_key
from server.people.rules.particulars import (
    check_not_from_directory,
    check_not_from_list,
    check_particulars,
)
from server.people.words import speak_by_hand, standing_rosters, voices_of

#: How far up a line of managers goes before it must be a circle.
_LONGEST_LINE = 100


def create_person(
    session: Session, actor: Actor, particulars: Mapping[str, Any], now: datetime
) -> Person:
    """Write somebody down and return them, with their id.

    ``particulars``: columns of ``Person``, ``organisation_id`` and ``display_name`` at least.
    Needs ``person:write`` in the organisation. Raises ``InvalidValue`` naming the field.
    """
    organisation_id = particulars["organisation_id"]
    _check_organisation(session, actor, organisation_id)
    require_over(actor, Permission.PERSON_WRITE, organisation_id)
    check_particulars(particulars)
    _check_manager(session, actor, None, particulars.get("manager_id"))
    person = Person(source="local", active=True, created_at=now, updated_at=now)
    _fill(person, particulars)
    session.add(person)
    session.flush()
    return person


def change_person(
    session: Session, actor: Actor, person: Person, changes: Mapping[str, Any], now: datetime
) -> Person:
    """Change somebody from ``person_for_writing``. Raises ``InvalidValue`` naming the field.

    Who is deactivated is signed out everywhere; nobody deactivates somebody who may do more than
    themselves (``PermissionDenied``), nor themselves (``Conflict``).
    """
    check_not_from_directory(person.source, changes)
    voices = voices_of(session, (person.id,), standing_rosters(session))
    check_not_from_list(voices.of(person.id), voices.rosters, changes)
    check_particulars(changes)
    if "organisation_id" in changes:
        _check_organisation(session, actor, changes["organisation_id"])
        require_over(actor, Permission.PERSON_WRITE, changes["organisation_id"])
    if "manager_id" in changes:
        _check_manager(session, actor, person.id, changes["manager_id"])
    _note_activity(session, actor, person, changes, now)
    _fill(person, changes)
    speak_by_hand(voices, person, changes)
    person.updated_at = now
    person.version += 1
    session.flush()
    return person


def change_own_preferences(
    session: Session, actor: Actor, preferences: Mapping[str, Any], now: datetime
) -> None:
    """Set one's own ``language`` and ``time_zone``, whatever else one may do."""
    wanted = {name: preferences[name] for name in ("language", "time_zone") if name in preferences}
    check_particulars(wanted)
    person = session.get_one(Person, actor.person_id, with_for_update=True)
    _fill(person, wanted)
    person.updated_at = now
    person.version += 1


def _note_activity(
    session: Session, actor: Actor, person: Person, changes: Mapping[str, Any], now: datetime
) -> None:
    active = changes.get("active", person.active)
    if active == person.active:
        return
    refuse_more_than_own(session, actor, person.id)
    if not active:
        if person.id == actor.person_id:
            raise Conflict("you cannot deactivate yourself")
        revoke_sessions_of(session, person.id, now)
    publish(session, PersonReactivated(person.id) if active else PersonDeactivated(person.id))
    act = "person_reactivated" if active else "person_deactivated"
    record(session, actor, act, f"person:{person.id}")


def _fill(person: Person, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(person, column, value)
    if "display_name" in values:
        person.name_key = name_key(person.display_name)
    if "email" in values:
        person.email_key = login_key(person.email)


def _check_organisation(session: Session, actor: Actor, organisation_id: int) -> None:
    seen = select(Organisation.id).where(
        Organisation.id == organisation_id, seen_organisations(actor)
    )
    if session.scalar(seen) is None:
        raise InvalidValue({"organisation_id": "there is no such organisation"})


def _check_manager(
    session: Session, actor: Actor, person_id: int | None, manager_id: int | None
) -> None:
    if manager_id is None:
        return
    seen = select(Person.id).where(Person.id == manager_id, seen_people(actor))
    if session.scalar(seen) is None:
        raise InvalidValue({"manager_id": "there is no such person"})
    above: int | None = manager_id
    for _ in range(_LONGEST_LINE):
        if above is None:
            return
        if above == person_id:
            break
        above = session.scalar(select(Person.manager_id).where(Person.id == above))
    raise InvalidValue({"manager_id": "somebody would be their own manager"})
