"""Major incidents: declared, told about, updated with all that belong to them, and ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.desk.announcements.actions.writing import follow_source
from server.desk.problems.models import MajorIncident, MajorUpdate
from server.desk.tickets.actions import EntryDraft, add_entry
from server.desk.tickets.actions.checking import Problems, check_person, text_of
from server.desk.tickets.actions.linking import link_ticket
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket, TicketLink
from server.desk.tickets.queries import lock_ticket
from server.desk.tickets.rules.linking import CHILD_OF
from server.foundation import audit
from server.foundation.events import publish
from server.foundation.permissions import Actor, system_actor

ROLES = ("manager_id", "technical_id", "communications_id")
KINDS = ("fact", "announcement")
#: Tickets that one announcement reaches at most.
MAX_CHILDREN = 1000
#: Of a digest as a version: JSON's numbers are whole up to 2**53.
_DIGITS = 13


@dataclass(frozen=True, slots=True)
class MajorDraft:
    """Who leads a major incident and where its people meet; ``children`` belong to it."""

    manager_id: int | None = None
    technical_id: int | None = None
    communications_id: int | None = None
    bridge: str = ""
    lessons: str = ""
    children: tuple[str, ...] = ()


def stamp_of(row: MajorIncident | None) -> str:
    """Return what differs once somebody changed how a major incident is run; "" before."""
    if row is None:
        return ""
    told = [getattr(row, name) for name in (*ROLES, "bridge", "lessons")]
    return sha256(json.dumps(told).encode()).hexdigest()[:16]


def version_of(row: MajorIncident | None) -> int:
    """Return a number that is another one once anything about a major incident changed; 0 before.

    Other than ``stamp_of`` it tells when one ended, too.
    """
    if row is None:
        return 0
    told = [row.ticket_id, row.declared_at.isoformat(), row.ended_at and row.ended_at.isoformat()]
    text = json.dumps([*told, stamp_of(row)])
    return int(sha256(text.encode()).hexdigest()[:_DIGITS], 16)


def subject_of(ticket_id: int) -> str:
    """Return what the record of acts calls the major incident of a ticket."""
    return f"major_incident:{ticket_id}"


def lock_major(
    session: Session, actor: Actor, reference: str | int
) -> tuple[Ticket, MajorIncident | None]:
    """Return a ticket the actor may work on, and how it is run: both fresh, and locked as one."""
    ticket = lock_ticket(session, actor, reference)
    return ticket, session.get(MajorIncident, ticket.id, populate_existing=True)


def run_major(
    session: Session, actor: Actor, reference: str | int, draft: MajorDraft, now: datetime
) -> MajorIncident:
    """Declare a ticket a major incident, or change how one is run.

    Raises ``InvalidValue``, ``Conflict`` for a ticket that is not open, ``NotFound``.
    """
    ticket, row = lock_major(session, actor, reference)
    if row is None and not ticket.is_open:
        raise Conflict(f"{ticket.reference} is not open any more")
    problems = Problems()
    for name in ROLES:
        check_person(session, actor, problems, name, getattr(draft, name))
    bridge = text_of(problems, "bridge", draft.bridge)
    problems.add("bridge", "" if len(bridge) <= 300 else "must not be longer than 300")
    lessons = text_of(problems, "lessons", draft.lessons)
    problems.refuse()
    before = version_of(row)
    if row is None:
        row = MajorIncident(
            ticket_id=ticket.id, declared_at=now, declared_by_id=actor.person_id, lessons=""
        )
        session.add(row)
        publish(session, TicketNoted(ticket.id, now, actor.person_id, "major", {}))
    for name in ROLES:
        setattr(row, name, getattr(draft, name))
    row.bridge, row.lessons = bridge, lessons
    session.flush()
    if version_of(row) != before:
        audit.record(session, actor, "major_incident.changed", subject_of(ticket.id))
    for number, child in enumerate(draft.children):
        _gather(session, actor, ticket, child, f"children.{number}", now)
    return row


def _gather(
    session: Session, actor: Actor, ticket: Ticket, child: str, place: str, now: datetime
) -> None:
    try:
        link_ticket(session, actor, child, CHILD_OF, ticket.reference, now)
    except NotFound as error:
        raise InvalidValue({place: f"there is no ticket {child}"}) from error
    except Conflict as error:
        raise InvalidValue({place: str(error)}) from error
    except InvalidValue as error:
        raise InvalidValue({place: next(iter(error.fields.values()))}) from error


def update_major(
    session: Session, actor: Actor, reference: str | int, kind: str, text: str, now: datetime
) -> MajorUpdate:
    """Write a line of the time line; an announcement is told on each ticket that belongs to it.

    Whoever was told of the outage in public hears of it too.

    Raises ``InvalidValue``, ``NotFound``, ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    if session.get(MajorIncident, ticket.id) is None:
        raise NotFound("major incident", ticket.reference)
    problems = Problems()
    problems.add("kind", "" if kind in KINDS else f"must be one of {', '.join(KINDS)}")
    told = text_of(problems, "text", text)
    problems.add("text", "" if told else "must not be empty")
    problems.refuse()
    row = MajorUpdate(
        ticket_id=ticket.id, at=now, person_id=actor.person_id, kind=kind, text=told, told=0
    )
    session.add(row)
    session.flush()
    if kind == "announcement":
        children = open_children(session, ticket.id)
        for one in (ticket, *children):
            # Whoever leads speaks to all of them, also to those of desks they do not work at.
            _announce(session, actor, one, told, now)
        row.told = 1 + len(children)
        session.flush()
        follow_source(session, ticket.reference, actor.person_id, told, now)
    return row


def _announce(session: Session, actor: Actor, ticket: Ticket, text: str, now: datetime) -> None:
    speaker = system_actor("major incident", actor.request_id)
    entry = add_entry(session, speaker, ticket.id, EntryDraft(text), now)
    entry.author_id = actor.person_id


def open_children(session: Session, ticket_id: int) -> Sequence[Ticket]:
    """Return the open tickets that belong to a ticket, whoever asks."""
    query = (
        select(Ticket)
        .join(TicketLink, TicketLink.ticket_id == Ticket.id)
        .where(TicketLink.other_id == ticket_id, TicketLink.kind == CHILD_OF, Ticket.is_open)
        .order_by(Ticket.id)
    )
    return session.scalars(query.limit(MAX_CHILDREN)).all()
