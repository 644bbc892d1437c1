"""Taking a ticket one step through its life."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.tickets.actions.checking import Problems, text_of
from server.desk.tickets.events import TicketMoved
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import lock_ticket, may_work_on
from server.desk.tickets.rules.lifecycle import plan_move
from server.desk.tickets.rules.words import shipped_words
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
    """Take a step. The requester may take those that the life cycle opens to requesters.

    Raises ``IllegalMove``, ``InvalidValue`` naming what the step still needs, ``NotFound``,
    ``PermissionDenied``.
    """
    words = shipped_words()
    ticket = lock_ticket(session, actor, reference, Permission.TICKET_READ)
    works = may_work_on(session, actor, ticket.id)
    if not works:
        _require_requester(actor, ticket)
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
    move = plan_move(words, ticket.kind, before, draft.state, given)
    if not works and not move.requester:
        raise PermissionDenied(Permission.TICKET_WORK)
    _take(ticket, move.end, given, now)
    session.flush()
    publish(session, TicketMoved(ticket.id, now, actor.person_id, before, move.end, reason))
    return ticket


def _require_requester(actor: Actor, ticket: Ticket) -> None:
    if actor.person_id is None or actor.person_id != ticket.requester_id:
        raise PermissionDenied(Permission.TICKET_WORK)
    actor.require(Permission.TICKET_OPEN, ticket.organisation_id)


def _take(ticket: Ticket, state: str, given: dict[str, str], now: datetime) -> None:
    ticket.state = state
    ticket.is_open = shipped_words().states[state].open
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    if state == "resolved":
        ticket.resolved_at = now
        ticket.resolution_code = given["resolution_code"]
        ticket.resolution_text = given["resolution_text"]
    if ticket.is_open:
        ticket.resolved_at = ticket.closed_at = None
        ticket.resolution_code = ticket.resolution_text = ""
    elif state != "resolved":
        ticket.closed_at = now
