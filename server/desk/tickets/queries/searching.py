"""Finding tickets by the words in them and in what was said on them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from cmdb.query.items import named_from
from cmdb.records.items import Item
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission, Reach
from server.foundation.search.index import NEWEST, TICKET, asked, joined, joined_to_few
from server.foundation.search.ranking import Candidate, ranked
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class FoundTickets:
    """The best of what was found. ``more``: there are older ones that were not looked at."""

    tickets: list[Ticket]
    examined: int
    more: bool


def _about(actor: Actor, words: str) -> ColumnElement[bool]:
    affected = select(AffectedItem.ticket_id).join(Item, Item.id == AffectedItem.item_id)
    return Ticket.id.in_(affected.where(visible_items(actor), named_from(words)))


def search_tickets(session: Session, actor: Actor, words: str, limit: int) -> FoundTickets:
    """Return the best of the newest tickets in sight that hold every word."""
    actor.require(Permission.TICKET_READ)
    rows = sorted(_newest(session, actor, words), key=lambda one: -one.id)[: NEWEST + 1]
    best = ranked(words, rows[:NEWEST])[:limit]
    tickets = {row.id: row for row in session.scalars(select(Ticket).where(Ticket.id.in_(best)))}
    return FoundTickets(
        [tickets[one] for one in best if one in tickets], min(len(rows), NEWEST), len(rows) > NEWEST
    )


def ways_to_hold(
    session: Session, actor: Actor, words: str, seen: Select[*tuple[Any, ...]]
) -> list[Select[*tuple[Any, ...]]]:
    """Return ``seen``, a select of tickets in sight, for each way in which one may hold the words.

    The newest come first. What is internal counts only for those who may work on the ticket, and so
    does an affected item whose name begins with the words. That one has to be in sight as well: a
    word that finds a ticket must not tell the name of an item that the reader may not see.
    """
    question = asked(words)
    if not question:
        return []
    ways = []
    works = visible_tickets(actor, Permission.TICKET_WORK)
    if actor.may(Permission.TICKET_WORK):
        worked = seen.where(works)
        ways += [
            joined(worked, Ticket.id, question, TICKET, inner=True),
            worked.where(_about(actor, words)).order_by(Ticket.id.desc()),
        ]
    if not works.compare(visible_tickets(actor)):
        own = all(one.reach is Reach.OWN for one in actor.grants_for(Permission.TICKET_READ))
        ways.append(
            joined_to_few(session, seen, Ticket.id, question, TICKET, inner=False)
            if own
            else joined(seen, Ticket.id, question, TICKET, inner=False)
        )
    return ways


def _newest(session: Session, actor: Actor, words: str) -> set[Candidate]:
    """Return the newest tickets in sight that hold the words, of each way in which one may.

    One question each: joined by OR, a database looks at every ticket there is.
    """
    seen = select(Ticket.id, Ticket.title, Ticket.is_open).where(visible_tickets(actor))
    return {
        Candidate(row.id, row.title, row.is_open)
        for way in ways_to_hold(session, actor, words, seen)
        for row in session.execute(way.limit(NEWEST + 1))
    }
