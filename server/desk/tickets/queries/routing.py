"""What of tickets routing rules may ask about, read for many tickets at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.records.parties import Membership, OrganisationClosure, Person
from server.desk.routing.rules.conditions import FIELDS, Facts
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket

#: Ticket id to values of one field.
_Held = dict[int, set[str]]


def facts_of_tickets(
    session: Session, tickets: Sequence[Ticket], fields: Collection[str] = FIELDS
) -> dict[int, Facts]:
    """Return what tickets hold of ``fields``, by id; at most one statement for each table."""
    found = {one.id: _own(one) for one in tickets}
    for names, read in _READERS:
        if names.isdisjoint(fields):
            continue
        for name, held in read(session, tickets).items():
            for ticket_id, values in held.items():
                found[ticket_id][name] = frozenset(values)
    return dict(found.items())


def _own(ticket: Ticket) -> dict[str, frozenset[str]]:
    """Return what stands on the ticket itself."""
    parts = ticket.category.split(".") if ticket.category else []
    tier = ticket.worst_criticality
    held = {
        "kind": [ticket.kind],
        "category": [".".join(parts[: n + 1]) for n in range(len(parts))],
        "channel": [ticket.channel],
        "urgency": [ticket.urgency],
        "impact": [ticket.impact],
        "priority": [str(ticket.priority)],
        "tier": [] if tier is None else [str(tier)],
        "requester": [] if ticket.requester_id is None else [str(ticket.requester_id)],
        "words": [f"{ticket.title}\n{ticket.description}"],
    }
    return {name: frozenset(values) for name, values in held.items()}


def _items(session: Session, tickets: Sequence[Ticket]) -> Mapping[str, _Held]:
    model = standing_model()
    items: _Held = defaultdict(set)
    classes: _Held = defaultdict(set)
    query = (
        select(AffectedItem.ticket_id, Item.id, Item.class_code)
        .join(Item, Item.id == AffectedItem.item_id)
        .where(AffectedItem.ticket_id.in_(_ids(tickets)))
    )
    for ticket_id, item_id, code in session.execute(query):
        items[ticket_id].add(str(item_id))
        known = model.find_class(code) is not None
        classes[ticket_id] |= {str(code), *(map(str, model.ancestors(code)) if known else ())}
    return {"item": items, "item_class": classes}


def _services(session: Session, tickets: Sequence[Ticket]) -> Mapping[str, _Held]:
    return {
        "service": _pairs(
            session,
            AffectedService.ticket_id,
            AffectedService.item_id,
            AffectedService.ticket_id.in_(_ids(tickets)),
        )
    }


def _organisations(session: Session, tickets: Sequence[Ticket]) -> Mapping[str, _Held]:
    own = {one.organisation_id for one in tickets}
    above = _pairs(
        session,
        OrganisationClosure.descendant_id,
        OrganisationClosure.ancestor_id,
        OrganisationClosure.descendant_id.in_(own),
    )
    return {"organisation": {one.id: above[one.organisation_id] for one in tickets}}


def _requesters(session: Session, tickets: Sequence[Ticket]) -> Mapping[str, _Held]:
    query = select(Person.id, Person.department, Person.site).where(Person.id.in_(_asking(tickets)))
    people = {row.id: row for row in session.execute(query)}
    found: dict[str, _Held] = {"department": {}, "site": {}}
    for one in tickets:
        row = people.get(one.requester_id or 0)
        if row is not None:
            found["department"][one.id] = {row.department} - {""}
            found["site"][one.id] = {row.site} - {""}
    return found


def _groups(session: Session, tickets: Sequence[Ticket]) -> Mapping[str, _Held]:
    theirs = _pairs(
        session,
        Membership.person_id,
        Membership.group_id,
        Membership.person_id.in_(_asking(tickets)),
    )
    return {"requester_group": {one.id: theirs[one.requester_id or 0] for one in tickets}}


#: Which fields a statement answers, and the statement.
_READERS: tuple[
    tuple[frozenset[str], Callable[[Session, Sequence[Ticket]], Mapping[str, _Held]]], ...
] = (
    (frozenset({"item", "item_class"}), _items),
    (frozenset({"service"}), _services),
    (frozenset({"organisation"}), _organisations),
    (frozenset({"department", "site"}), _requesters),
    (frozenset({"requester_group"}), _groups),
)


def _pairs(
    session: Session,
    key: SQLColumnExpression[int],
    value: SQLColumnExpression[int],
    condition: ColumnElement[bool],
) -> _Held:
    found: _Held = defaultdict(set)
    for one, other in session.execute(select(key, value).where(condition)):
        found[one].add(str(other))
    return found


def _ids(tickets: Iterable[Ticket]) -> list[int]:
    return [one.id for one in tickets]


def _asking(tickets: Iterable[Ticket]) -> list[int]:
    return sorted({one.requester_id for one in tickets if one.requester_id is not None})


def open_loads(session: Session, person_ids: Sequence[int]) -> dict[int, int]:
    """Return how many open tickets are assigned to each of these people."""
    query = (
        select(Ticket.assignee_id, func.count())
        .where(Ticket.assignee_id.in_(person_ids), Ticket.is_open)
        .group_by(Ticket.assignee_id)
    )
    return {person_id: count for person_id, count in session.execute(query) if person_id}
