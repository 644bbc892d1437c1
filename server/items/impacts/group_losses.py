"""Reading what the loss of whole redundancies would take down, as of the stored sweep."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.impacts.models import GroupLoss
from server.items.impacts.queries import Stored, latest_sweep
from server.items.map_relations import carrying_types
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class GroupLossRow:
    """A redundancy group of ``item``, and what goes down with all of it, its members included.

    ``alike`` counts the groups in sight with the very same members, this one included: where one
    pair of power feeds serves a whole rack, it is told once. ``members`` are those in sight, by
    name, as they are now. The other counts are None without the right to count what is hidden.
    """

    item: Item
    group: str
    alike: int
    members: Sequence[Item]
    member_count: int | None
    down: int | None
    services: int | None


def ranked_groups(session: Session, actor: Actor, request: PageRequest) -> Stored[GroupLossRow]:
    """Return one page of the redundancy groups in sight, sorted by ``down`` or ``services``.

    A group is in sight where the item is that needs it; one that is no more is left out.
    """
    actor.require(Permission.ITEM_READ)
    stamp = latest_sweep(session)
    if stamp is None:
        return Stored(None)
    same = GroupLoss.alike_id
    seen = (
        select(
            GroupLoss,
            RedundancyGroup.name,
            func.count().over(partition_by=same).label("alike"),
            func.row_number().over(partition_by=same, order_by=GroupLoss.group_id).label("place"),
        )
        .join(Item, Item.id == GroupLoss.item_id)
        .join(RedundancyGroup, RedundancyGroup.id == GroupLoss.group_id)
        .where(
            GroupLoss.sweep_id == stamp.sweep_id,
            RedundancyGroup.valid_to.is_(None),
            visible_items(actor),
        )
        .subquery()
    )
    loss = aliased(GroupLoss, seen)
    query = select(Item, loss, seen.c.name, seen.c.alike).join(seen, seen.c.item_id == Item.id)
    sorts = {"down": SortKey(loss.down, int), "services": SortKey(loss.services, int)}
    first = query.where(seen.c.place == 1)
    page: Page[Any] = fetch_page(session, first, request, sorts, loss.group_id)
    members = _members(session, actor, [row.group_id for _, row, _, _ in page.rows])
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    rows = [
        GroupLossRow(
            item,
            name,
            alike,
            members.get(row.group_id, ()),
            row.members if counted else None,
            row.down if counted else None,
            row.services if counted else None,
        )
        for item, row, name, alike in page.rows
    ]
    return Stored(stamp, rows, next_cursor=page.next_cursor)


def _members(
    session: Session, actor: Actor, group_ids: Sequence[int]
) -> Mapping[int | None, Sequence[Item]]:
    """Return who is in each group now and in sight, by name."""
    columns = (Relation.group_id, Relation.type_code, Relation.start_id, Relation.end_id)
    standing = (Relation.group_id.in_(group_ids), Relation.valid_to.is_(None))
    ends, ids = carrying_types(), defaultdict[int | None, set[int]](set)
    for group_id, type_code, start_id, end_id in session.execute(select(*columns).where(*standing)):
        ids[group_id].add(end_id if ends.get(type_code) == "end" else start_id)
    wanted = sorted({item_id for members in ids.values() for item_id in members})
    known = find_items(session, wanted, visible_items(actor)) if wanted else {}
    return {
        group_id: sorted(
            (known[item_id] for item_id in members if item_id in known),
            key=lambda item: (item.name_key, item.id),
        )
        for group_id, members in ids.items()
    }
