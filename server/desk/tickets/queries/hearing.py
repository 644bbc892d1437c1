"""Who stands to a ticket, and therefore hears of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Membership
from cmdb.vocabulary import PartyRole
from server.desk.routing.queries import handovers_of
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries.parts import watcher_ids
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Permission
from server.people.authentication import load_actor

#: Owners and members who are told of one thing at most.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Hearers:
    """The people around a ticket; who works on it is the assignee, else the group."""

    requester: int | None
    workers: frozenset[int]
    watchers: frozenset[int]


def hearers_of(session: Session, ticket: Ticket) -> Hearers:
    """Return the people around a ticket."""
    workers = {ticket.assignee_id} if ticket.assignee_id else set()
    if not workers and ticket.group_id is not None:
        workers = set(members_of(session, ticket.group_id))
    # Who follows it may have lost sight of it since.
    following = watcher_ids(session, ticket.id)
    watchers = frozenset(sighted(session, ticket.id, following, Permission.TICKET_READ))
    return Hearers(ticket.requester_id, frozenset(filter(None, workers)), watchers)


def sighted(
    session: Session, ticket_id: int, person_ids: Iterable[int], permission: Permission
) -> set[int]:
    """Return those people who hold ``permission`` over a ticket today."""
    found = set()
    for person_id in person_ids:
        actor = load_actor(session, person_id)
        if actor is None or not actor.may(permission):
            continue
        sees = select(Ticket.id).where(Ticket.id == ticket_id, visible_tickets(actor, permission))
        if session.scalar(sees) is not None:
            found.add(person_id)
    return found


def members_of(session: Session, group_id: int) -> list[int]:
    """Return the people of a group."""
    query = select(Membership.person_id).where(Membership.group_id == group_id)
    return list(session.scalars(query.order_by(Membership.person_id).limit(_MOST)))


def givers_of(session: Session, ticket_id: int, *, everybody: bool) -> set[int]:
    """Return who handed a ticket over last; ``everybody``: with the people of their group."""
    last = next(iter(handovers_of(session, ticket_id)), None)
    if last is None:
        return set()
    people = {last.person_id} if last.person_id is not None else set()
    if everybody and last.from_group_id is not None:
        people |= set(members_of(session, last.from_group_id))
    return people


def owners_hit(session: Session, ticket_id: int) -> dict[int, str]:
    """Return who owns an affected item or a service that suffers, with the name of one of them."""
    hit = union(
        select(AffectedItem.item_id).where(AffectedItem.ticket_id == ticket_id),
        select(AffectedService.item_id).where(AffectedService.ticket_id == ticket_id),
    ).subquery()
    query = (
        select(ItemParty.person_id, Item.name)
        .join(Item, Item.id == ItemParty.item_id)
        .where(
            ItemParty.item_id.in_(select(hit.c.item_id)),
            ItemParty.role == PartyRole.OWNER.value,
            ItemParty.person_id.is_not(None),
        )
        .order_by(Item.criticality.desc(), Item.id)
        .limit(_MOST)
    )
    return {person_id: name for person_id, name in session.execute(query) if person_id is not None}
