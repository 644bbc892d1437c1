"""Tickets like another: who may be alike is found by a job, what it stored is read for people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.tickets.models import AffectedItem, Ticket, TicketLikeness
from server.desk.tickets.queries.candidates import candidates_for
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.tickets import find_ticket
from server.desk.tickets.rules.likeness import Likeness, Touched, Traits, rank_likenesses
from server.foundation.permissions import Actor
from server.items.scope import visible_items

#: Of a ticket so many are stored, and the best of them in sight are told.
_STORED, _TOLD = 20, 8
#: Affected items that are compared.
_ITEMS = 50
_TEXT = 2000


@dataclass(frozen=True, slots=True)
class SimilarTicket:
    """A ticket like another, in sight, and what of the reasons the reader may know.

    ``items``: affected by both. ``models``: of each model that both touch, one item.
    ``classes``: of each class, where no model is shared. ``words``: said by both.
    """

    ticket: Ticket
    score: float
    items: tuple[Item, ...]
    models: tuple[Item, ...]
    classes: tuple[Item, ...]
    same_category: bool
    words: tuple[str, ...]


def similar_tickets(
    session: Session, actor: Actor, reference: str | int
) -> tuple[Ticket, list[SimilarTicket]]:
    """Return a ticket and those in sight that were found to be like it, best first.

    Nothing is compared here. An item out of sight is no reason, and a ticket that is alike for no
    other one is left out. Raises ``NotFound``, ``PermissionDenied``.
    """
    ticket = find_ticket(session, actor, reference)
    like = TicketLikeness
    other = or_(
        and_(like.ticket_id == ticket.id, like.other_id == Ticket.id),
        and_(like.other_id == ticket.id, like.ticket_id == Ticket.id),
    )
    query = (
        select(Ticket, like)
        .join(like, other)
        .where(visible_tickets(actor))
        .order_by(like.score.desc(), Ticket.id.desc())
        .limit(2 * _STORED)
    )
    rows = [(row[0], row[1]) for row in session.execute(query)]
    items = _items_in_sight(session, actor, [row.reasons for _, row in rows])
    found = {}
    for near, row in rows:
        told = _told(near, row, items)
        # Two jobs at one moment may each have stored the pair.
        if told is not None and near.id not in found:
            found[near.id] = told
    return ticket, list(found.values())[:_TOLD]


def _items_in_sight(
    session: Session, actor: Actor, reasons: Sequence[Mapping[str, list[int | list[int]]]]
) -> dict[int, Item]:
    ids: set[int] = set()
    for one in reasons:
        ids.update(id_ for id_ in one["items"] if isinstance(id_, int))
        for name in ("models", "classes"):
            ids.update(id_ for pair in one[name] if isinstance(pair, list) for id_ in pair)
    if not ids:
        return {}
    query = select(Item).where(Item.id.in_(sorted(ids)), visible_items(actor))
    return {item.id: item for item in session.scalars(query)}


def _told(ticket: Ticket, row: TicketLikeness, items: Mapping[int, Item]) -> SimilarTicket | None:
    why = row.reasons
    same = tuple(items[one] for one in why["items"] if one in items)
    models, classes = (
        # Both have to be in sight: else one item would tell of the other.
        tuple(items[one] for one, other in why[name] if one in items and other in items)
        for name in ("models", "classes")
    )
    models = tuple({(one.vendor, one.model): one for one in models}.values())
    classes = tuple({one.class_code: one for one in classes}.values())
    if not (same or models or classes or why["words"]):
        return None
    words = tuple(why["words"])
    return SimilarTicket(ticket, row.score, same, models, classes, bool(why["category"]), words)


def find_likenesses(session: Session, ticket_id: int) -> list[Likeness]:
    """Compare a ticket with the newest that share an item, a model or words; best first."""
    traits = _traits(session, [ticket_id])
    if not traits:
        return []
    (mine,) = traits
    return rank_likenesses(mine, _traits(session, candidates_for(session, mine)), _STORED)


def _traits(session: Session, ticket_ids: Collection[int]) -> list[Traits]:
    ids = sorted(ticket_ids)
    touched: dict[int, list[Touched]] = {}
    nearest = (
        select(AffectedItem.ticket_id, Item.id, Item.class_code, Item.model)
        .join(Item, Item.id == AffectedItem.item_id)
        .where(AffectedItem.ticket_id.in_(ids), Item.merged_into_id.is_(None))
        .order_by(AffectedItem.ticket_id, Item.id)
    )
    for ticket_id, item_id, class_code, model in session.execute(nearest):
        here = touched.setdefault(ticket_id, [])
        if len(here) < _ITEMS:
            here.append(Touched(item_id, class_code, model))
    query = select(
        Ticket.id, Ticket.title, func.substr(Ticket.description, 1, _TEXT), Ticket.category
    ).where(Ticket.id.in_(ids))
    return [
        Traits(row[0], row[1], row[2], row[3], tuple(touched.get(row[0], ())))
        for row in session.execute(query)
    ]
