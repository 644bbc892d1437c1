"""Which tickets a filter means, and the newest of those that hold its words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import Session

from cmdb.model.text import clean, text_key
from cmdb.records.among import among
from cmdb.records.parties import OrganisationClosure
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.searching import ways_to_hold
from server.foundation.permissions import Actor
from server.foundation.search.index import NEWEST


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; None and "" narrow nothing.

    ``text`` is a reference, a part of the title, or words in it and in what was said on it.
    ``item_id`` means directly affected, ``service_id`` a service that suffers.
    ``organisation_id`` includes those below it.
    """

    text: str = ""
    state: str = ""
    open: bool | None = None
    kind: str = ""
    priority: int | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    group_id: int | None = None
    requester_id: int | None = None
    #: A category; one of the first level includes those below it.
    category: str = ""
    item_id: int | None = None
    service_id: int | None = None
    organisation_id: int | None = None
    #: The tickets that hold the words, as ``looked_up`` found them; None: not asked yet.
    ids: tuple[int, ...] | None = None


def looked_up(session: Session, actor: Actor, wanted: TicketFilter) -> TicketFilter:
    """Return a filter with words as one of the newest ``NEWEST`` + 1 tickets that it means.

    Whoever asks for a page and for a count asks for the words once.
    """
    if not wanted.text.strip():
        return wanted
    query = select(Ticket.id).where(*narrowing(session, actor, wanted, NEWEST + 1))
    newest = session.scalars(query.order_by(Ticket.id.desc())).all()
    return TicketFilter(ids=tuple(newest))


def narrowing(
    session: Session, actor: Actor, wanted: TicketFilter, most: int, before: int | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions under which a ticket fits and is in sight.

    With words these are the newest ``most`` of them, of those with an id below ``before``; without
    words ``most`` narrows nothing. Each way of holding words is a question of its own that reads
    tickets newest first and stops there: joined by OR, a database looks at every ticket there is.
    """
    found = [visible_tickets(actor), *_by_columns(wanted), *_below(wanted)]
    found += [Ticket.id.in_(ids) for ids in _by_other_tables(wanted)]
    if wanted.ids is not None:
        found.append(among(session, Ticket.id, wanted.ids))
    if before is not None:
        found.append(Ticket.id < before)
    if not wanted.text.strip():
        return found
    plain = select(Ticket.id).where(*found)
    ways = [
        plain.where(_named_or_titled(wanted.text)).order_by(Ticket.id.desc()),
        *ways_to_hold(session, actor, wanted.text, plain),
    ]
    every = union_all(*(select(way.limit(most).subquery().c.id) for way in ways)).subquery()
    newest = select(every.c.id).distinct().order_by(every.c.id.desc()).limit(most).subquery()
    return [Ticket.id.in_(select(newest.c.id))]


def _by_columns(wanted: TicketFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Ticket.state, wanted.state),
        (Ticket.is_open, wanted.open),
        (Ticket.kind, wanted.kind),
        (Ticket.priority, wanted.priority),
        (Ticket.assignee_id, wanted.assignee_id),
        (Ticket.group_id, wanted.group_id),
        (Ticket.requester_id, wanted.requester_id),
    ):
        if value not in (None, ""):
            yield column == value
    if wanted.unassigned:
        yield Ticket.assignee_id.is_(None)
    if wanted.category:
        below = Ticket.category.startswith(f"{wanted.category}.", autoescape=True)
        yield or_(Ticket.category == wanted.category, below)


def _named_or_titled(text: str) -> ColumnElement[bool]:
    words = clean(text)
    return or_(
        Ticket.reference == words.upper(),
        Ticket.title_key.contains(text_key(words), autoescape=True),
    )


def _by_other_tables(wanted: TicketFilter) -> list[Select[Any]]:
    found: list[Select[Any]] = []
    if wanted.item_id is not None:
        found.append(select(AffectedItem.ticket_id).where(AffectedItem.item_id == wanted.item_id))
    if wanted.service_id is not None:
        suffering = AffectedService.item_id == wanted.service_id
        found.append(select(AffectedService.ticket_id).where(suffering))
    return found


def _below(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    if wanted.organisation_id is None:
        return []
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == wanted.organisation_id
    )
    return [Ticket.organisation_id.in_(below)]
