"""Being away: whoever is gets no tickets by turn, and may pass on those they have."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Person
from server.desk.routing.models import Absence
from server.desk.tickets.actions.checking import Problems, check_person, text_of
from server.desk.tickets.actions.editing import edit_ticket
from server.desk.tickets.actions.routing import next_in_turn, note_turn, wanted_skills
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor, Permission, system_actor
from server.people.queries.people import seen_people

#: Tickets that one absence passes on at most.
MAX_PASSED_ON = 200


@dataclass(frozen=True, slots=True)
class AbsenceDraft:
    """From when to when somebody is away; without a person it is oneself."""

    starts_at: datetime
    ends_at: datetime
    person_id: int | None = None
    note: str = ""
    #: Pass on what they have when it begins, to whose turn it is in the ticket's group.
    pass_on: bool = False


def seen_absences(session: Session, actor: Actor, now: datetime) -> list[tuple[Absence, Person]]:
    """Return who is or will be away, of the people in sight; the next first."""
    actor.require(Permission.TICKET_WORK)
    query = (
        select(Absence, Person)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.ends_at > now, or_(seen_people(actor), Person.id == actor.person_id))
        .order_by(Absence.starts_at, Absence.id)
        .limit(500)
    )
    return [(absence, person) for absence, person in session.execute(query)]


def add_absence(
    session: Session, actor: Actor, draft: AbsenceDraft, now: datetime
) -> tuple[Absence, int]:
    """Write down an absence, one's own or somebody's whose desk one works at.

    Returns it and how many tickets were passed on; of one that has not begun they are passed on
    when it does (``pass_on_begun``). Raises ``InvalidValue``, ``PermissionDenied``.
    """
    actor.require(Permission.TICKET_WORK)
    problems = Problems()
    person_id = draft.person_id or actor.person_id
    person = check_person(session, actor, problems, "person_id", person_id)
    if person is None:
        problems.add("person_id", "say who is away")
    elif person.id != actor.person_id:
        actor.require(Permission.TICKET_WORK, person.organisation_id)
    if draft.ends_at <= draft.starts_at:
        problems.add("ends_at", "must be later than starts_at")
    elif draft.ends_at <= now:
        problems.add("ends_at", "has passed")
    note = text_of(problems, "note", draft.note)
    problems.add("note", "" if len(note) <= 200 else "must not be longer than 200")
    problems.refuse()
    row = Absence(
        person_id=person_id,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        note=note,
        pass_on=draft.pass_on,
        created_at=now,
    )
    session.add(row)
    session.flush()
    if not draft.pass_on or row.starts_at > now:
        return row, 0
    row.passed_at = now
    return row, pass_on(session, actor, row.person_id, now)


def pass_on_begun(session: Session, now: datetime) -> int | None:
    """Pass on the tickets of one absence that has begun; how many, or None when none waits."""
    query = (
        select(Absence)
        .where(
            Absence.pass_on,
            Absence.passed_at.is_(None),
            Absence.starts_at <= now,
            Absence.ends_at > now,
        )
        .order_by(Absence.starts_at, Absence.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalar(query)
    if row is None:
        return None
    row.passed_at = now
    return pass_on(session, system_actor("absence"), row.person_id, now)


def remove_absence(session: Session, actor: Actor, absence_id: int) -> None:
    """Say that somebody is not away after all. Raises ``NotFound``."""
    actor.require(Permission.TICKET_WORK)
    query = (
        select(Absence)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.id == absence_id, or_(seen_people(actor), Person.id == actor.person_id))
    )
    row = session.scalar(query)
    if row is None:
        raise NotFound("absence", absence_id)
    session.delete(row)
    session.flush()


def pass_on(
    session: Session, actor: Actor, person_id: int, now: datetime, group_id: int | None = None
) -> int:
    """Give the open tickets of somebody to whose turn it is; what nobody else gets stays.

    ``group_id``: only those of one group.
    """
    query = (
        select(Ticket)
        .where(
            Ticket.assignee_id == person_id,
            Ticket.is_open,
            Ticket.group_id.is_not(None) if group_id is None else Ticket.group_id == group_id,
            visible_tickets(actor, Permission.TICKET_WORK),
        )
        .order_by(Ticket.priority, Ticket.id)
        .limit(MAX_PASSED_ON)
    )
    passed = 0
    for ticket in session.scalars(query).all():
        skills = wanted_skills(session, ticket)
        turn = next_in_turn(session, ticket.group_id or 0, skills, now)
        if turn is not None and turn.person_id not in (None, person_id):
            edit_ticket(session, actor, ticket.id, {"assignee_id": turn.person_id}, now)
            note_turn(session, ticket, turn, now)
            passed += 1
    return passed
