"""What the end of a ticket means for what was announced of it, and for a major incident."""

from contextlib import suppress

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from server.desk.announcements.actions.writing import end_with_source, pass_on_source
from server.desk.problems.actions.major import open_children
from server.desk.problems.models import MajorIncident, MajorUpdate
from server.desk.tickets.actions import MoveDraft, move_ticket
from server.desk.tickets.events import TicketMoved
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.belongings import gone_into
from server.desk.tickets.queries.words import words_of
from server.foundation.events import whole_or_not
from server.foundation.permissions import system_actor

#: What of a major incident goes over into another ticket.
_CARRIED = (
    "declared_at",
    "declared_by_id",
    "manager_id",
    "technical_id",
    "communications_id",
    "bridge",
    "lessons",
)


def end_with_ticket(session: Session, event: TicketMoved) -> None:
    """Let what was announced of a ticket end with it, and a major incident with all its tickets.

    What went into another ticket goes on there. A child whose life cycle does not lead to the same
    state, or asks for more on the way, stays open. Reopened, a major incident goes on.
    """
    ticket = session.get_one(Ticket, event.ticket_id)
    row = session.get(MajorIncident, ticket.id)
    # The ticket may have gone on in the same transaction: what counts is the step told of.
    state = words_of(session).states.get(event.after)
    over = state is not None and not state.open
    target = gone_into(session, ticket.id) if over else None
    if target is not None:
        pass_on_source(session, ticket.reference, target.reference)
        if row is not None:
            _go_on_in(session, row, target, event)
        return
    solved = state is not None and state.solved
    if over:
        text = ticket.resolution_text if solved else ""
        end_with_source(session, ticket.reference, event.person_id, text, event.at)
    if row is None:
        return
    row.ended_at = None if ticket.is_open else row.ended_at or event.at
    if solved:
        _solve_children(session, ticket, event)


def _go_on_in(session: Session, row: MajorIncident, target: Ticket, event: TicketMoved) -> None:
    """Run a major incident on in the ticket that it went into, with its time line."""
    if session.get(MajorIncident, target.id) is not None:
        row.ended_at = row.ended_at or event.at
        return
    carried = {name: getattr(row, name) for name in _CARRIED}
    session.add(MajorIncident(ticket_id=target.id, **carried))
    session.flush()
    mine = MajorUpdate.ticket_id == row.ticket_id
    session.execute(update(MajorUpdate).where(mine).values(ticket_id=target.id))
    session.delete(row)
    session.flush()


def _solve_children(session: Session, ticket: Ticket, event: TicketMoved) -> None:
    solver = system_actor("major incident")
    draft = MoveDraft(event.after, ticket.reference, ticket.resolution_code, ticket.resolution_text)
    for child in open_children(session, ticket.id):
        with suppress(CadastreError), whole_or_not(session):
            move_ticket(session, solver, child.id, draft, event.at)
