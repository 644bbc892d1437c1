"""Functional escalation: one act hands a ticket to another group with all that is known of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.desk.routing.models import TicketHandover
from server.desk.routing.queries import desk_groups, waiting_handover
from server.desk.routing.rules.turns import SUPPLIER
from server.desk.tickets.actions.checking import Problems, check_group, text_of
from server.desk.tickets.actions.routing import give, next_in_turn, note_turn, wanted_skills
from server.desk.tickets.events import TicketHandedOver, TicketMoved, TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import affected_item_ids, lock_ticket, service_ids_of
from server.desk.tickets.queries.belongings import open_tasks
from server.desk.tickets.queries.clocks import faces_of
from server.desk.tickets.queries.words import words_of
from server.foundation.events import publish
from server.foundation.permissions import Actor


@dataclass(frozen=True, slots=True)
class HandoverDraft:
    """To whom a ticket goes and with what; ``notice`` is what the requester is told."""

    group_id: int
    asked: str
    known: str = ""
    tried: str = ""
    supplier_reference: str = ""
    notice: str = ""


def escalate(
    session: Session, actor: Actor, reference: str | int, draft: HandoverDraft, now: datetime
) -> TicketHandover:
    """Hand a ticket over: state, clock, pack and the requester's notice in one act.

    Raises ``InvalidValue``, ``Conflict`` for a ticket that is not open, ``NotFound``,
    ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    if not ticket.is_open:
        raise Conflict(f"{ticket.reference} is {ticket.state}; only open tickets are handed over")
    texts = _checked(session, actor, ticket, draft)
    standing = waiting_handover(session, ticket.id)
    if standing is not None:
        # Passed on unaccepted: the group did look, and said who is to have it.
        standing.accepted_at, standing.accepted_by_id = now, actor.person_id
    notice = texts.pop("notice")
    row = TicketHandover(
        ticket_id=ticket.id,
        at=now,
        person_id=actor.person_id,
        from_group_id=ticket.group_id,
        to_group_id=draft.group_id,
        pack=_pack(session, ticket, now),
        **texts,
    )
    session.add(row)
    before, state = ticket.state, words_of(session).handover_state
    ticket.state = state.code if state else before
    ticket.group_id = draft.group_id
    turn = next_in_turn(session, draft.group_id, wanted_skills(session, ticket), now)
    ticket.assignee_id = None
    give(ticket, turn)
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    session.flush()
    publish(
        session,
        TicketHandedOver(
            ticket.id,
            now,
            actor.person_id,
            before,
            ticket.state,
            row.id,
            row.from_group_id,
            draft.group_id,
            notice,
        ),
    )
    note_turn(session, ticket, turn, now)
    return row


def _checked(
    session: Session, actor: Actor, ticket: Ticket, draft: HandoverDraft
) -> dict[str, str]:
    problems = Problems()
    check_group(session, actor, problems, "group_id", draft.group_id)
    if draft.group_id == ticket.group_id:
        problems.add("group_id", "has it already; choose another group")
    names = ("asked", "known", "tried", "notice", "supplier_reference")
    texts = {name: text_of(problems, name, getattr(draft, name)) for name in names}
    if not texts["asked"]:
        problems.add("asked", "must not be empty")
    group = desk_groups(session, [draft.group_id]).get(draft.group_id)
    if group is not None and group.line == SUPPLIER and not texts["supplier_reference"]:
        problems.add("supplier_reference", "say under which number the supplier keeps it")
    if len(texts["supplier_reference"]) > 120:
        problems.add("supplier_reference", "must not be longer than 120")
    problems.refuse()
    return texts


def _pack(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return how the ticket stands, as the other group gets it."""
    clocks = [
        {
            "measure": face.clock.measure,
            "used_minutes": int(face.reading.used.total_seconds() // 60),
            "left_minutes": int(face.reading.left.total_seconds() // 60),
        }
        for face in faces_of(session, ticket, now, works=False)
        if face.clock.measure != "handover"
    ]
    return {
        "priority": ticket.priority,
        "item_ids": list(affected_item_ids(session, ticket.id))[:50],
        "service_ids": list(service_ids_of(session, ticket.id))[:50],
        "booked_minutes": ticket.booked_minutes,
        "open_tasks": open_tasks(session, ticket.id),
        "clocks": clocks,
    }


def accept_handover(session: Session, actor: Actor, reference: str | int, now: datetime) -> Ticket:
    """Take on a ticket that was handed over: it is the actor's, and work on it goes on.

    Raises ``Conflict`` when nothing waits to be accepted, ``NotFound``, ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    if waiting_handover(session, ticket.id) is None:
        raise Conflict("it was not handed over, or somebody has accepted it already")
    words = words_of(session)
    before = ticket.state
    if words.states[before].handover:
        ticket.state = words.accepted_state(ticket.kind, before)
    ticket.assignee_id = actor.person_id or ticket.assignee_id
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    close_handover(session, ticket.id, actor.person_id, now)
    if ticket.state != before:
        publish(session, TicketMoved(ticket.id, now, actor.person_id, before, ticket.state, ""))
    return ticket


def close_handover(session: Session, ticket_id: int, person_id: int | None, now: datetime) -> None:
    """Note that the hand-over which waited was accepted, if one did."""
    row = waiting_handover(session, ticket_id)
    if row is None:
        return
    row.accepted_at, row.accepted_by_id = now, person_id
    session.flush()
    publish(session, TicketNoted(ticket_id, now, person_id, "accepted", {"id": row.id}))
