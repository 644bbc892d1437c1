"""Who follows an item hears of the tickets about it, as far as they may see these."""

from sqlalchemy import BindParameter, Executable, bindparam, select
from sqlalchemy.orm import Session

from cmdb.records.asking import asked
from server.desk.tickets.events import (
    ItemsAffected,
    TicketEvent,
    TicketMoved,
    TicketOpened,
    TicketReassessed,
)
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries.hearing import hearers_of, owners_hit
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.words import words_of
from server.items.following.hearing import follows
from server.notify.actions import Notice, tell

_EXCERPT = 2000


def tell_followers(
    session: Session, event: TicketOpened | ItemsAffected | TicketReassessed
) -> None:
    """Tell, once for each ticket, that an item or a service one follows is in it."""
    _tell(session, event, "followed_ticket", "")


def tell_followers_solved(session: Session, event: TicketMoved) -> None:
    """Tell that a ticket about what one follows is solved, and how."""
    state = words_of(session).states.get(event.after)
    if state is not None and state.solved:
        ticket = session.get_one(Ticket, event.ticket_id)
        _tell(session, event, "followed_solved", ticket.resolution_text)


@asked
def _reached(_: str) -> Executable:
    """Read the items of a ticket, and the services that it reaches."""
    ticket_id: BindParameter[int] = bindparam("ticket_id")
    touched = select(AffectedItem.item_id).where(AffectedItem.ticket_id == ticket_id)
    return touched.union(
        select(AffectedService.item_id).where(AffectedService.ticket_id == ticket_id)
    )


def _tell(session: Session, event: TicketEvent, kind: str, text: str) -> None:
    """Tell followers; who hears of the ticket anyway is not told twice."""
    ticket = session.get_one(Ticket, event.ticket_id)
    hearing = follows(session, _reached(session, ticket_id=ticket.id).scalars())
    if not hearing:
        return
    around = hearers_of(session, ticket)
    moved = isinstance(event, TicketMoved)
    # Owners hear of a ticket that is opened, watchers of one that moves.
    others = around.watchers if moved else owners_hit(session, ticket.id)
    told = {event.person_id, ticket.requester_id, *around.workers, *others}
    when = f":{event.at.isoformat()}" if moved else ""
    for person_id, (actor, item) in hearing.items():
        sees = select(Ticket.id).where(Ticket.id == ticket.id, visible_tickets(actor))
        if person_id in told or session.scalar(sees) is None:
            continue
        detail = {
            "reference": ticket.reference,
            "title": ticket.title,
            "item": item,
            "text": text[:_EXCERPT],
        }
        key = f"ticket:{ticket.id}:{kind}{when}"
        notice = Notice(kind, key, f"/tickets/{ticket.reference}", detail)
        tell(session, [person_id], notice, event.at)
