"""What tickets are to each other: parents, links, and one that goes into another."""

from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.desk.tickets.actions.assessing import assess_ticket
from server.desk.tickets.actions.checking import MAX_ITEMS
from server.desk.tickets.events import TicketMoved, TicketNoted
from server.desk.tickets.models import AffectedItem, Ticket, TicketLink, TicketWatcher
from server.desk.tickets.queries import affected_item_ids, find_ticket, lock_ticket, watcher_ids
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.linking import CHILD_OF, KINDS, MERGED_INTO, makes_a_circle
from server.desk.tickets.rules.words import Words
from server.foundation.events import publish
from server.foundation.permissions import Actor

_DEEPEST = 50


def link_ticket(
    session: Session, actor: Actor, reference: str | int, kind: str, other: str | int, now: datetime
) -> Ticket:
    """Say what a ticket is to another, as "child_of"; saying it again changes nothing.

    Raises ``InvalidValue`` for an unknown kind, for itself and for a circle of parents,
    ``Conflict`` when there is another parent already, ``NotFound``, ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    if kind not in KINDS:
        raise InvalidValue({"kind": f"must be one of {', '.join(KINDS)}"})
    target = _other(session, actor, ticket, other)
    if session.get(TicketLink, (ticket.id, kind, target.id)) is not None:
        return ticket
    if kind == CHILD_OF:
        _check_parent(session, ticket, target)
    _link(session, actor, (ticket.id, kind, target.id), now)
    _tell(session, actor, (ticket, kind, target), "linked", now)
    return ticket


def unlink_ticket(
    session: Session, actor: Actor, reference: str | int, kind: str, other: str | int, now: datetime
) -> Ticket:
    """Take a link back. Raises ``NotFound``; what was merged stays merged."""
    ticket = lock_ticket(session, actor, reference)
    target = find_ticket(session, actor, other)
    row = session.get(TicketLink, (ticket.id, kind, target.id))
    if row is None or kind == MERGED_INTO:
        raise NotFound("link", kind)
    session.delete(row)
    session.flush()
    _tell(session, actor, (ticket, kind, target), "unlinked", now)
    return ticket


def merge_ticket(
    session: Session, actor: Actor, reference: str | int, into: str | int, now: datetime
) -> Ticket:
    """Let a ticket go into another one, and return that one.

    Its requester and watchers follow the other, its affected items and children go over, and it
    is closed; its own conversation and files stay where they are. Raises ``InvalidValue``,
    ``Conflict`` unless both are open, ``NotFound``, ``PermissionDenied``.
    """
    ticket = lock_ticket(session, actor, reference)
    target = _other(session, actor, ticket, into)
    target = lock_ticket(session, actor, target.id)
    for one in (ticket, target):
        if not one.is_open:
            raise Conflict(f"{one.reference} is {one.state}; only open tickets are merged")
    words = words_of(session)
    _bring_people(session, ticket, target)
    _bring_items(session, ticket, target, words)
    _bring_children(session, ticket.id, target.id)
    _link(session, actor, (ticket.id, MERGED_INTO, target.id), now)
    _close(session, actor, (ticket, target), words, now)
    target.updated_at = target.activity_at = now
    target.version += 1
    session.flush()
    _tell(session, actor, (target, "merged_from", ticket), "merged", now)
    return target


def _other(session: Session, actor: Actor, ticket: Ticket, other: str | int) -> Ticket:
    try:
        target = find_ticket(session, actor, other)
    except NotFound as error:
        raise InvalidValue({"other": f"there is no ticket {other}"}) from error
    if target.id == ticket.id:
        raise InvalidValue({"other": "must be another ticket"})
    return target


def _check_parent(session: Session, ticket: Ticket, parent: Ticket) -> None:
    """Raise unless ``parent`` may become the parent of ``ticket``, which is locked."""
    standing = session.scalar(_parent(ticket.id))
    if standing is not None:
        raise Conflict("it has another parent already; take that link back first")
    parents: dict[int, int] = {}
    above: int | None = parent.id
    while above is not None and len(parents) < _DEEPEST:
        # Locked on the way up: two who link at once cannot close a circle together.
        session.execute(select(Ticket.id).where(Ticket.id == above).with_for_update())
        following = session.scalar(_parent(above))
        if following is not None:
            parents[above] = following
        above = following if following not in parents else None
    if len(parents) >= _DEEPEST:
        raise InvalidValue({"other": f"has {_DEEPEST} tickets above it already"})
    if makes_a_circle(ticket.id, parent.id, parents):
        raise InvalidValue({"other": "would make the ticket its own ancestor"})


def _parent(ticket_id: int) -> Select[int]:
    return select(TicketLink.other_id).where(
        TicketLink.ticket_id == ticket_id, TicketLink.kind == CHILD_OF
    )


def _link(session: Session, actor: Actor, link: tuple[int, str, int], now: datetime) -> None:
    ticket_id, kind, other_id = link
    session.add(
        TicketLink(
            ticket_id=ticket_id, kind=kind, other_id=other_id, person_id=actor.person_id, at=now
        )
    )
    session.flush()


def _bring_people(session: Session, ticket: Ticket, target: Ticket) -> None:
    people = {*watcher_ids(session, ticket.id)} | {ticket.requester_id} - {None}
    missing = people - {*watcher_ids(session, target.id), target.requester_id}
    rows = [{"ticket_id": target.id, "person_id": one} for one in sorted(filter(None, missing))]
    if rows:
        session.execute(insert(TicketWatcher), rows)


def _bring_items(session: Session, ticket: Ticket, target: Ticket, words: Words) -> None:
    there = set(affected_item_ids(session, target.id))
    new = [one for one in affected_item_ids(session, ticket.id) if one not in there]
    if not new:
        return
    if len(there) + len(new) > MAX_ITEMS:
        raise InvalidValue({"other": f"would name more than {MAX_ITEMS} items"})
    rows = [{"ticket_id": target.id, "item_id": one, "is_cause": False} for one in new]
    session.execute(insert(AffectedItem), rows)
    assess_ticket(session, target, words)


def _bring_children(session: Session, ticket_id: int, target_id: int) -> None:
    """Let the children go over; the one that the target itself belongs to belongs to none then."""
    above: int | None = target_id
    seen: set[int] = set()
    while above is not None and above not in seen:
        seen.add(above)
        parent = session.scalar(_parent(above))
        if parent == ticket_id:
            own = (TicketLink.ticket_id == above) & (TicketLink.other_id == ticket_id)
            session.execute(delete(TicketLink).where(own, TicketLink.kind == CHILD_OF))
        above = parent
    session.execute(
        update(TicketLink)
        .where(TicketLink.other_id == ticket_id, TicketLink.kind == CHILD_OF)
        .values(other_id=target_id)
    )


def _close(
    session: Session, actor: Actor, both: tuple[Ticket, Ticket], words: Words, now: datetime
) -> None:
    ticket, target = both
    ends = [state for state in words.states.values() if not state.open]
    end = next((state for state in ends if not state.solved), ends[0])
    before, ticket.state = ticket.state, end.code
    ticket.is_open = False
    ticket.closed_at = ticket.updated_at = ticket.activity_at = now
    ticket.resolution_code = "duplicate" if "duplicate" in words.resolutions else ""
    ticket.resolution_text = target.reference
    ticket.version += 1
    session.flush()
    publish(session, TicketMoved(ticket.id, now, actor.person_id, before, end.code, ""))
    _tell(session, actor, (ticket, MERGED_INTO, target), "merged", now)


def _tell(
    session: Session, actor: Actor, link: tuple[Ticket, str, Ticket], what: str, now: datetime
) -> None:
    ticket, kind, other = link
    detail = {"kind": kind, "reference": other.reference}
    ticket.activity_at = now
    publish(session, TicketNoted(ticket.id, now, actor.person_id, what, detail))
