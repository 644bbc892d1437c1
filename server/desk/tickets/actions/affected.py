"""Which items a ticket is about; each change computes its impact anew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, ItemNotFound
from server.desk.tickets.actions.assessing import assess_ticket
from server.desk.tickets.actions.checking import MAX_ITEMS, Problems, check_items
from server.desk.tickets.events import ItemsAffected
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries import affected_item_ids, lock_ticket
from server.desk.tickets.queries.words import words_of
from server.foundation.events import publish
from server.foundation.permissions import Actor


def add_affected(
    session: Session,
    actor: Actor,
    reference: str | int,
    item_ids: Sequence[int],
    now: datetime,
    cause_item_id: int | None = None,
) -> Ticket:
    """Name more items, and which one is the cause; those named already stay.

    Raises ``InvalidValue`` for an item out of sight (``item_ids.0``) or a cause that is not among
    the ticket's items, ``Conflict`` on a ticket that is no longer open.
    """
    ticket = _open_ticket(session, actor, reference)
    problems = Problems()
    known = set(affected_item_ids(session, ticket.id))
    added = [
        i for i in check_items(session, actor, problems, "item_ids", item_ids) if i not in known
    ]
    if len(known) + len(added) > MAX_ITEMS:
        problems.add("item_ids", f"a ticket names at most {MAX_ITEMS} items")
    if cause_item_id is not None and cause_item_id not in known | set(added):
        problems.add("cause_item_id", "must be one of the affected items")
    problems.refuse()
    if added:
        rows = [{"ticket_id": ticket.id, "item_id": i, "is_cause": False} for i in added]
        session.execute(insert(AffectedItem), rows)
    if cause_item_id is not None:
        _mark_cause(session, ticket.id, cause_item_id)
    if added or cause_item_id is not None:
        _changed(session, actor, ticket, now, (tuple(added), ()))
    return ticket


def remove_affected(
    session: Session, actor: Actor, reference: str | int, item_id: int, now: datetime
) -> Ticket:
    """Take an item off a ticket. Raises ``ItemNotFound`` when it is not on it."""
    ticket = _open_ticket(session, actor, reference)
    row = session.get(AffectedItem, (ticket.id, item_id))
    if row is None:
        raise ItemNotFound(item_id)
    session.delete(row)
    session.flush()
    _changed(session, actor, ticket, now, ((), (item_id,)))
    return ticket


def _mark_cause(session: Session, ticket_id: int, item_id: int) -> None:
    session.execute(
        update(AffectedItem)
        .where(AffectedItem.ticket_id == ticket_id)
        .values(is_cause=AffectedItem.item_id == item_id)
    )


def _open_ticket(session: Session, actor: Actor, reference: str | int) -> Ticket:
    ticket = lock_ticket(session, actor, reference)
    if not ticket.is_open:
        raise Conflict(f"the ticket is {ticket.state}; reopen it first")
    return ticket


def _changed(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    now: datetime,
    difference: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    assess_ticket(session, ticket, words_of(session))
    ticket.updated_at = ticket.activity_at = now
    ticket.version += 1
    publish(session, ItemsAffected(ticket.id, now, actor.person_id, *difference))
