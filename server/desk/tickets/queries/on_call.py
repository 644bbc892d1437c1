"""Which groups see to what a ticket or an item is about, and who of them is on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, select, union_all
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group
from cmdb.vocabulary import PartyRole
from server.desk.routing.queries.on_call import OnCallPerson, people_on_call
from server.desk.tickets.models import AffectedItem, AffectedService
from server.desk.tickets.queries.tickets import ticket_header
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item
from server.items.scope import visible_items
from server.people.queries.groups import group as find_group
from server.people.queries.groups import seen_groups

#: Groups that are named around one ticket or item, and rows that are read for that.
_MOST_GROUPS = 8
_MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class GroupOnCall:
    """A group, and who of it is on call; a group without such a duty is left out."""

    id: int
    name: str
    people: Sequence[OnCallPerson]


def on_call_of_group(session: Session, actor: Actor, group_id: int, at: datetime) -> GroupOnCall:
    """Return who of a group is on call. For those who work on tickets; raises ``NotFound``."""
    actor.require(Permission.TICKET_WORK)
    group = find_group(session, actor, group_id)
    return GroupOnCall(group.id, group.name, people_on_call(session, actor, [group.id], at))


def on_call_of_ticket(
    session: Session, actor: Actor, reference: str | int, at: datetime
) -> list[GroupOnCall]:
    """Return who is on call of a ticket's group, and of those who see to what it touches.

    Five statements. Raises ``NotFound``, and ``PermissionDenied`` for who does not work on it.
    """
    header = ticket_header(session, actor, reference)
    if not header.may_work:
        raise PermissionDenied(Permission.TICKET_WORK)
    named = {header.group.id: header.group.name} if header.group is not None else {}
    touched = groups_around(session, actor, header.ticket.id)
    return _of_groups(session, actor, named | touched, at)


def on_call_of_item(
    session: Session, actor: Actor, item_id: int, at: datetime
) -> list[GroupOnCall]:
    """Return who is on call of the groups that see to an item. Raises ``ItemNotFound``."""
    actor.require(Permission.TICKET_WORK)
    item = get_item(session, actor, item_id)
    named = select(Item.id.label("item_id"), literal(0).label("place")).where(Item.id == item.id)
    return _of_groups(session, actor, _groups(session, actor, named), at)


def groups_around(session: Session, actor: Actor, ticket_id: int) -> dict[int, str]:
    """Return the groups in sight that see to a ticket's items and services, the items' first."""
    items = select(AffectedItem.item_id.label("item_id"), literal(0).label("place"))
    services = select(AffectedService.item_id, literal(1))
    named = union_all(
        items.where(AffectedItem.ticket_id == ticket_id),
        services.where(AffectedService.ticket_id == ticket_id),
    )
    return _groups(session, actor, named)


def _groups(session: Session, actor: Actor, named: Any) -> dict[int, str]:
    """Return who supports the named items; of one that nobody supports, who owns it."""
    found: dict[int, dict[str, dict[int, str]]] = {}
    for item_id, role, group_id, name in session.execute(_parties(actor, named.subquery())):
        found.setdefault(item_id, {}).setdefault(role, {})[group_id] = name
    groups: dict[int, str] = {}
    for roles in found.values():
        groups |= roles.get(PartyRole.SUPPORT.value) or roles[PartyRole.OWNER.value]
    return dict(list(groups.items())[:_MOST_GROUPS])


def _parties(actor: Actor, named: Any) -> Select[int, str, int, str]:
    roles = (PartyRole.SUPPORT.value, PartyRole.OWNER.value)
    sees: ColumnElement[bool] = and_(visible_items(actor), seen_groups(actor))
    return (
        select(Item.id, ItemParty.role, Group.id, Group.name)
        .join(named, named.c.item_id == Item.id)
        .join(ItemParty, and_(ItemParty.item_id == Item.id, ItemParty.role.in_(roles)))
        .join(Group, Group.id == ItemParty.group_id)
        .where(sees)
        .order_by(named.c.place, Item.criticality, Item.id, ItemParty.id)
        .limit(_MOST_ROWS)
    )


def _of_groups(
    session: Session, actor: Actor, groups: dict[int, str], at: datetime
) -> list[GroupOnCall]:
    people = people_on_call(session, actor, list(groups), at) if groups else []
    found = [
        GroupOnCall(one, name, [each for each in people if each.group_id == one])
        for one, name in groups.items()
    ]
    return [one for one in found if one.people]
