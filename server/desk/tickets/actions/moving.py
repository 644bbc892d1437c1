"""Taking a ticket one step through its life."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.tickets.actions.checking import Problems, text_of
from server.desk.tickets.events import TicketMoved
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import cause_of, lock_ticket, may_work_on, parts_of
from server.desk.tickets.queries.belongings import open_tasks
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.lifecycle import plan_move
from server.desk.tickets.rules.words import State, Words
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class MoveDraft:
    """Where to, and what that step asks for."""

    state: str
    reason: str = ""
    resolution_code: str = ""
    resolution_text: str = ""


def move_ticket(
    session: Session, actor: Actor, reference: str | int, draft: MoveDraft, now: datetime
) -> Ticket:
    """Take a step. Who may is the life cycle's to say: workers, the requester, the assignee.

    Raises ``IllegalMove``, ``InvalidValue`` naming what the step still needs, ``NotFound``,
    ``PermissionDenied``.
    """
    words = words_of(session)
    ticket = lock_ticket(session, actor, reference, Permission.TICKET_READ)
    parts = parts_of(actor, ticket, works=may_work_on(session, actor, ticket.id))
    if not parts:
        raise PermissionDenied(Permission.TICKET_WORK)
    problems = Problems()
    reason = text_of(problems, "reason", draft.reason)
    resolution = text_of(problems, "resolution_text", draft.resolution_text)
    problems.refuse()
    given = {
        "reason": reason,
        "resolution_code": draft.resolution_code,
        "resolution_text": resolution,
    }
    before = ticket.state
    standing = _standing(session, ticket, words)
    move = plan_move(words, ticket.kind, before, draft.state, given | standing)
    if parts.isdisjoint(move.who):
        raise PermissionDenied(Permission.TICKET_WORK)
    _take(ticket, words.states[move.end], given, now)
    session.flush()
    publish(session, TicketMoved(ticket.id, now, actor.person_id, before, move.end, reason))
    return ticket


def _standing(session: Session, ticket: Ticket, words: Words) -> dict[str, str]:
    """Return what a step may ask for and the ticket has already."""
    standing = {
        "assignee_id": str(ticket.assignee_id or ""),
        "group_id": str(ticket.group_id or ""),
        "category": ticket.category,
    }
    # What stands in tables of its own is read where some step asks for it.
    wanted = {name for move in words.moves for name in move.requires}
    if "cause" in wanted:
        standing["cause"] = str(cause_of(session, ticket.id) or "")
    if "tasks" in wanted:
        standing["tasks"] = "" if open_tasks(session, ticket.id) else "done"
    return standing


def _take(ticket: Ticket, state: State, given: dict[str, str], now: datetime) -> None:
    if state.open and not ticket.is_open:
        ticket.reopened_count += 1
    ticket.state, ticket.is_open = state.code, state.open
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    if state.open:
        ticket.resolved_at = ticket.closed_at = None
        ticket.resolution_code = ticket.resolution_text = ""
        return
    if given["resolution_code"]:
        ticket.resolution_code = given["resolution_code"]
        ticket.resolution_text = given["resolution_text"]
    if state.solved:
        ticket.resolved_at = now
    else:
        ticket.closed_at = now
