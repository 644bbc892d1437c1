"""Taking tickets into the index of words: one document each, with all that was said on it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.orm import Session

from cmdb.records.asking import asked
from cmdb.records.parties import Person
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.search.index import TICKET, Document, extend, is_empty, put
from server.foundation.search.marks import mark_of
from server.foundation.search.stemming import stems_of

_MARK = "tickets"
_BATCH = 200
#: Of a conversation, what came last counts; longer ones are found by that.
_MOST_ENTRIES = 500


def index_tickets(session: Session, ticket_ids: Sequence[int]) -> None:
    """Write the documents of tickets anew."""
    query = select(Ticket).where(Ticket.id.in_(ticket_ids))
    put(session, [_document(session, one) for one in session.scalars(query).all()])


def index_entry(session: Session, entry_id: int) -> None:
    """Add what somebody wrote to its ticket's document."""
    entry = session.get_one(TicketEntry, entry_id)
    stems = stems_of(entry.text)
    public = entry.kind == "public"
    nothing: frozenset[str] = frozenset()
    more = (stems, nothing) if public else (nothing, stems)
    if not extend(session, Document(TICKET, entry.ticket_id, *more)):
        index_tickets(session, [entry.ticket_id])


def fill_tickets(session: Session) -> int:
    """Take the next tickets into the index, the newest first; 0 when all are in."""
    newest = session.scalar(select(func.max(Ticket.id))) or 0
    mark = mark_of(session, _MARK, newest + 1, lost=newest > 0 and is_empty(session, TICKET))
    if mark.filled:
        return 0
    query = select(Ticket.id).where(Ticket.id < mark.position).order_by(Ticket.id.desc())
    ids = session.scalars(query.limit(_BATCH)).all()
    index_tickets(session, ids)
    mark.position, mark.filled = (ids[-1], False) if ids else (0, True)
    return len(ids)


def _document(session: Session, ticket: Ticket) -> Document:
    public, internal = _said(session, ticket.id)
    requester = session.get(Person, ticket.requester_id) if ticket.requester_id else None
    written = [ticket.title, ticket.description, ticket.resolution_text]
    written += [value for value in ticket.fields.values() if isinstance(value, str)]
    written += [requester.display_name] if requester is not None else []
    # No names of affected items: whether one is in sight is asked when somebody searches.
    return Document(TICKET, ticket.id, _stems([*written, *public]), _stems(internal))


def _said(session: Session, ticket_id: int) -> tuple[list[str], list[str]]:
    rows = _entries(session, ticket_id=ticket_id).all()
    public = [said for kind, said in rows if kind == "public"]
    return public, [said for kind, said in rows if kind != "public"]


@asked
def _entries(_: str) -> Executable:
    """Read what was said last on a ticket."""
    mine = TicketEntry.ticket_id == bindparam("ticket_id")
    return (
        select(TicketEntry.kind, TicketEntry.text)
        .where(mine, TicketEntry.kind != "system")
        .order_by(TicketEntry.id.desc())
        .limit(_MOST_ENTRIES)
    )


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for one in texts for stem in stems_of(one))
