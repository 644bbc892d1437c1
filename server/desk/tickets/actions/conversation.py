"""Writing on a ticket, and following it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.tickets.actions.checking import Problems, text_of
from server.desk.tickets.actions.saying import of_group, of_supplier
from server.desk.tickets.events import EntryAdded, TicketMoved
from server.desk.tickets.models import Ticket, TicketEntry, TicketWatcher
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.words import words_of
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

#: What a person may write; "system" entries come from what happens.
KINDS = ("public", "internal")


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """What somebody writes. A public entry is for the requester too.

    ``from_supplier``: the supplier that has the ticket said so, at ``said_at``, else now.
    """

    text: str
    kind: str = "public"
    from_supplier: bool = False
    said_at: datetime | None = None


def add_entry(
    session: Session, actor: Actor, reference: str | int, draft: EntryDraft, now: datetime
) -> TicketEntry:
    """Write on a ticket. Who does not work on it writes publicly, on what is their own.

    Raises ``InvalidValue``, ``NotFound``, or ``PermissionDenied`` for an internal entry.
    """
    ticket = find_ticket(session, actor, reference)
    check_writing(session, actor, ticket, draft.kind)
    problems = Problems()
    problems.add("kind", "" if draft.kind in KINDS else f"must be one of {', '.join(KINDS)}")
    text = text_of(problems, "text", draft.text)
    problems.add("text", "" if text else "must not be empty")
    whose = of_group(session, ticket, actor.person_id)
    if draft.from_supplier:
        check_supplier(session, actor, ticket)
        whose |= of_supplier(session, ticket, draft.said_at, now, problems)
    elif draft.said_at is not None:
        problems.add("said_at", "is for what a supplier said")
    problems.refuse()
    entry = TicketEntry(
        ticket_id=ticket.id,
        at=now,
        author_id=actor.person_id,
        kind=draft.kind,
        text=text,
        detail=whose,
    )
    session.add(entry)
    ticket.activity_at = now
    session.flush()
    publish(session, EntryAdded(ticket.id, now, actor.person_id, entry.id, entry.kind))
    if entry.kind == "public" and actor.person_id is not None:
        go_on(session, actor, ticket, now)
    return entry


def go_on(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> None:
    """Let a public word take the ticket further, where the life cycle says so.

    The requester's ends the waiting for it; the first of somebody who works on it begins the work.
    """
    words = words_of(session)
    state = words.states.get(ticket.state)
    if state is None:
        return
    mine = actor.person_id == ticket.requester_id
    target = words.states.get(state.answered if mine else state.taken_up)
    if target is None or not target.open:
        return
    if not mine and not may_work_on(session, actor, ticket.id):
        return
    before, ticket.state = ticket.state, target.code
    ticket.updated_at = now
    ticket.version += 1
    session.flush()
    publish(session, TicketMoved(ticket.id, now, actor.person_id, before, ticket.state, ""))


def check_writing(session: Session, actor: Actor, ticket: Ticket, kind: str) -> None:
    """Raise ``PermissionDenied`` unless the actor may write (``kind``) on a ticket in sight."""
    # Reading a ticket is not yet writing on it: workers may, and those whose own it is.
    if may_work_on(session, actor, ticket.id):
        return
    mine = actor.person_id is not None and (
        actor.person_id == ticket.requester_id
        or session.get(TicketWatcher, (ticket.id, actor.person_id)) is not None
    )
    if kind != "public" or not mine:
        raise PermissionDenied(Permission.TICKET_WORK)
    actor.require(Permission.TICKET_OPEN, ticket.organisation_id)


def check_supplier(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Raise ``PermissionDenied`` unless the actor may write down what a supplier said."""
    if not may_work_on(session, actor, ticket.id):
        raise PermissionDenied(Permission.TICKET_WORK)


def watch(session: Session, actor: Actor, reference: str | int) -> Ticket:
    """Follow a ticket that one may see; doing so again changes nothing."""
    ticket = find_ticket(session, actor, reference)
    person_id = _person(actor)
    if session.get(TicketWatcher, (ticket.id, person_id)) is None:
        session.add(TicketWatcher(ticket_id=ticket.id, person_id=person_id))
        session.flush()
    return ticket


def unwatch(session: Session, actor: Actor, reference: str | int) -> Ticket:
    """Follow a ticket no longer."""
    ticket = find_ticket(session, actor, reference)
    row = session.get(TicketWatcher, (ticket.id, _person(actor)))
    if row is not None:
        session.delete(row)
        session.flush()
    return ticket


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise PermissionDenied(Permission.TICKET_READ)
    return actor.person_id
