"""Where an order's ticket stands while it waits, once it goes on, and when it is refused."""

from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.ordering.actions.lending import lent
from server.desk.tickets.actions.moving import MoveDraft, move_ticket
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.words import State, Words
from server.foundation.permissions import Actor

#: How something ends that was not agreed to, the first of these that the desk's words have.
_REFUSALS = ("declined", "rejected", "no_action")


def let_wait(session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime) -> None:
    """Let clocks stand still, where the desk's words have a state for it that can be reached."""
    words = words_of(session)
    if not words.states[ticket.state].pauses:
        found = [state for state in _next(words, ticket) if state.open and state.pauses]
        _try(session, actor, ticket, found, MoveDraft("", reason=reason), now)


def let_go_on(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> None:
    """Let clocks run again."""
    words = words_of(session)
    if words.states[ticket.state].pauses:
        after = words.states[words.accepted_state(ticket.kind, ticket.state)]
        found = [after] if after.code != ticket.state else []
        _try(session, actor, ticket, found, MoveDraft(""), now)


def refuse(session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime) -> None:
    """Solve a ticket as one that was not agreed to; the reason is what its requester reads."""
    words = words_of(session)
    codes = [code for code in _REFUSALS if code in words.resolutions] or list(words.resolutions)
    draft = MoveDraft("", reason, codes[0], reason)
    found = [state for state in _next(words, ticket) if state.solved]
    _try(session, actor, ticket, found, draft, now)


def cancel(session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime) -> None:
    """End a ticket that nobody wants any more."""
    words = words_of(session)
    ended = [state for state in _next(words, ticket) if not state.open]
    found = sorted(ended, key=lambda state: state.solved)
    codes = list(words.resolutions)
    _try(session, actor, ticket, found, MoveDraft("", reason, codes[0], reason), now)


def _next(words: Words, ticket: Ticket) -> list[State]:
    moves = words.moves_from(ticket.kind, ticket.state)
    return [words.states[move.end] for move in moves if not words.states[move.end].handover]


def _try(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    states: list[State],
    draft: MoveDraft,
    now: datetime,
) -> None:
    """Take the first of these steps that asks for nothing else; else the ticket stays."""
    for state in states:
        wanted = MoveDraft(
            state.code,
            draft.reason,
            draft.resolution_code if state.solved else "",
            draft.resolution_text if state.solved else "",
        )
        try:
            move_ticket(session, lent(actor), ticket.id, wanted, now)
        except InvalidValue:
            # People made this step ask for more: whoever works on the ticket takes it.
            continue
        return
