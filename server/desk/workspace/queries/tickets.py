"""A ticket's page: what is hit and who suffers; beside it, what changed before. Few queries.

That holds for a graph this process has in memory; building it anew after a change of relations
costs three more, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, select, union
from sqlalchemy.orm import Session, defer

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group, Person
from cmdb.snapshot.live import LIVE, Snapshot
from cmdb.vocabulary import PartyRole
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries import (
    EntryRow,
    TicketHeader,
    affected_item_ids,
    find_ticket,
    latest_entries,
    ticket_header,
    visible_tickets,
)
from server.desk.tickets.queries.words import words_of
from server.desk.workspace.queries.suspects import SuspectRow, suspects_before
from server.foundation.permissions import Actor, Permission
from server.items.blast import compute_impact, services_among
from server.items.impact import AffectedRow, suffering_services
from server.items.scope import visible_items

#: Items of the requester, and related tickets, that the page names.
_SHOWN = 50
#: Whom one asks about an item.
_WHOSE = (PartyRole.OWNER.value, PartyRole.USER.value)


@dataclass(frozen=True, slots=True)
class AffectedPart:
    """An item the ticket is about: how it stands, and whom to ask."""

    item: Item
    is_cause: bool
    #: None where the ticket's kind is no failure, or the item takes no part in impact.
    state: State | None
    owner_people: tuple[Person, ...]
    owner_groups: tuple[Group, ...]
    users: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class RelatedTicket:
    """Another open ticket: on the same items (``item_ids``), or of the same requester."""

    ticket: Ticket
    item_ids: tuple[int, ...]
    same_requester: bool


@dataclass(frozen=True, slots=True)
class TicketPage:
    """What a ticket's page shows. Everything in it is in the actor's sight.

    ``totals`` counts everything that suffers, also out of sight: None without
    ``impact:count_hidden``. ``hidden_items`` likewise counts affected items out of sight.
    """

    header: TicketHeader
    requester_items: Sequence[Item]
    entries: Sequence[EntryRow]
    affected: Sequence[AffectedPart]
    hidden_items: int | None
    services: Sequence[AffectedRow]
    totals: Mapping[State, int] | None


def ticket_workspace(session: Session, actor: Actor, reference: str | int) -> TicketPage:
    """Return all that a ticket's page shows first. Raises ``NotFound``, ``PermissionDenied``.

    Impact is computed on the graph as it is now; the counts on the ticket are those of its time.
    """
    header = ticket_header(session, actor, reference)
    ticket = header.ticket
    entries = latest_entries(session, ticket.id, internal=header.may_work)
    named = _named_items(session, ticket, visible_items(actor))
    snapshot = LIVE.at(session)
    failure = words_of(session).is_failure(ticket.kind)
    report, _, _ = compute_impact(session, named.all_ids if failure else (), snapshot)
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return TicketPage(
        header=header,
        requester_items=named.of_requester,
        entries=entries,
        affected=_affected(named, report),
        hidden_items=len(named.all_ids) - len(named.affected) if may_count else None,
        services=_suffering(session, actor, report, snapshot) if report else (),
        totals=_totals(report) if may_count else None,
    )


def related_tickets(
    session: Session, actor: Actor, reference: str | int
) -> tuple[Ticket, list[RelatedTicket]]:
    """Return a ticket, and the open ones on the same items or of the same requester.

    The most pressing first. Raises ``NotFound``, ``PermissionDenied``.
    """
    ticket = find_ticket(session, actor, reference)
    return ticket, _related(session, actor, ticket, affected_item_ids(session, ticket.id))


def ticket_suspects(
    session: Session, actor: Actor, reference: str | int
) -> tuple[Ticket, Sequence[SuspectRow]]:
    """Return a ticket, and what happened on its items and upstream in the 72 hours before it.

    Raises ``NotFound``, ``PermissionDenied``. Items that lie out of sight are walked through, and
    nothing on them is told.
    """
    ticket = find_ticket(session, actor, reference)
    failed_at = ticket.occurred_at or ticket.created_at
    item_ids = affected_item_ids(session, ticket.id)
    return ticket, suspects_before(session, actor, item_ids, failed_at, LIVE.at(session))


@dataclass(frozen=True, slots=True)
class _Named:
    """The items a ticket names, those out of sight by id only."""

    all_ids: Sequence[int]
    affected: Sequence[tuple[Item, bool]]
    of_requester: Sequence[Item]
    owner_people: Mapping[int, Sequence[Person]]
    owner_groups: Mapping[int, Sequence[Group]]
    users: Mapping[int, Sequence[Person]]


def _named_items(session: Session, ticket: Ticket, visible: ColumnElement[bool]) -> _Named:
    """Read the affected items, the requester's, and whose all of them are, in one query."""
    used = _used_by(ticket.requester_id)
    query = (
        select(
            Item, visible, AffectedItem.is_cause, Item.id.in_(used), ItemParty.role, Person, Group
        )
        .outerjoin(
            AffectedItem,
            and_(AffectedItem.item_id == Item.id, AffectedItem.ticket_id == ticket.id),
        )
        .outerjoin(ItemParty, and_(ItemParty.item_id == Item.id, ItemParty.role.in_(_WHOSE)))
        .outerjoin(Person, Person.id == ItemParty.person_id)
        .outerjoin(Group, Group.id == ItemParty.group_id)
        .where(Item.id.in_(union(_affected_by(ticket.id), used)))
        .order_by(Item.name_key, Item.id, ItemParty.id)
    )
    # Names and states are shown of them; no document of attributes is looked at.
    query = query.options(defer(Item.attributes))
    all_ids: dict[int, None] = {}
    affected: dict[int, tuple[Item, bool]] = {}
    mine: dict[int, Item] = {}
    people: dict[int, list[Person]] = {}
    groups: dict[int, list[Group]] = {}
    users: dict[int, list[Person]] = {}
    for item, seen, is_cause, is_used, role, person, group in session.execute(query):
        if is_cause is not None:
            all_ids[item.id] = None
        if not seen:
            continue
        if is_cause is not None:
            affected[item.id] = (item, is_cause)
        if is_used:
            mine[item.id] = item
        if person is not None:
            whose = people if role == PartyRole.OWNER.value else users
            whose.setdefault(item.id, []).append(person)
        elif group is not None and role == PartyRole.OWNER.value:
            groups.setdefault(item.id, []).append(group)
    return _Named(
        list(all_ids), list(affected.values()), list(mine.values()), people, groups, users
    )


def _affected_by(ticket_id: int) -> Select[int]:
    return select(AffectedItem.item_id).where(AffectedItem.ticket_id == ticket_id)


def _used_by(person_id: int | None) -> Select[int]:
    """Select the items somebody uses: a subquery of its own, so that it can be cut short."""
    used = select(ItemParty.item_id).where(
        ItemParty.person_id.is_not(None),
        ItemParty.person_id == (-1 if person_id is None else person_id),
        ItemParty.role == PartyRole.USER.value,
    )
    return select(used.order_by(ItemParty.item_id).limit(_SHOWN).subquery().c.item_id)


def _affected(named: _Named, report: ImpactReport | None) -> list[AffectedPart]:
    states = {}
    if report is not None:
        states = dict(zip(report.ids.tolist(), map(State, report.states.tolist()), strict=True))
    return [
        AffectedPart(
            item=item,
            is_cause=is_cause,
            state=states.get(item.id),
            owner_people=tuple(named.owner_people.get(item.id, ())),
            owner_groups=tuple(named.owner_groups.get(item.id, ())),
            users=tuple(named.users.get(item.id, ())),
        )
        for item, is_cause in named.affected
    ]


def _suffering(
    session: Session, actor: Actor, report: ImpactReport, snapshot: Snapshot
) -> Sequence[AffectedRow]:
    """Return the services that suffer; which ones they are, the graph's own columns say."""
    return suffering_services(session, actor, report, reached=services_among(snapshot, report))


def _totals(report: ImpactReport | None) -> Mapping[State, int]:
    return report.count_by_state() if report is not None else {}


def _related(
    session: Session, actor: Actor, ticket: Ticket, item_ids: Sequence[int]
) -> list[RelatedTicket]:
    """Return other open tickets on the same items or of the same requester, pressing first."""
    on_items = select(AffectedItem.ticket_id).where(AffectedItem.item_id.in_(item_ids))
    same = select(Ticket.id).where(Ticket.requester_id == (ticket.requester_id or -1))
    query = (
        select(Ticket, AffectedItem.item_id)
        .outerjoin(
            AffectedItem,
            and_(AffectedItem.ticket_id == Ticket.id, AffectedItem.item_id.in_(item_ids)),
        )
        .where(Ticket.id.in_(union(on_items, same.where(Ticket.is_open))))
        .where(Ticket.is_open, Ticket.id != ticket.id, visible_tickets(actor))
        .order_by(Ticket.priority, Ticket.id.desc(), AffectedItem.item_id)
        .limit(_SHOWN * 10)
    )
    found: dict[int, tuple[Ticket, list[int]]] = {}
    for other, item_id in session.execute(query):
        shared = found.setdefault(other.id, (other, []))[1]
        if item_id is not None:
            shared.append(item_id)
    return [
        RelatedTicket(other, tuple(shared), _same(other.requester_id, ticket.requester_id))
        for other, shared in list(found.values())[:_SHOWN]
    ]


def _same(one: int | None, other: int | None) -> bool:
    return one is not None and one == other
