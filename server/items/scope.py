"""Which items an actor may see: the register's seam into the permissions."""

from sqlalchemy import ColumnElement, select

from cmdb.records.items import Item, ItemParty
from server.foundation.permissions import Actor, Permission, Reach, ScopeColumns, visible


def visible_items(
    actor: Actor, permission: Permission = Permission.ITEM_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Item`` for what ``actor`` may see (or do) by ``permission``.

    An item that was merged into another is seen by nobody: it stands for itself no more.
    """
    return items_in_reach(actor, permission) & Item.merged_into_id.is_(None)


def items_in_reach(
    actor: Actor, permission: Permission = Permission.ITEM_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Item`` for what the actor's grants reach, merged items included."""
    # Correlated by name: the query around it may read parties too.
    mine = select(ItemParty.id).where(ItemParty.item_id == Item.id).correlate(Item)
    columns = ScopeColumns(
        organisation=Item.organisation_id,
        item_class=Item.class_code,
        own=mine.where(ItemParty.person_id == actor.person_id).exists(),
        team=mine.where(ItemParty.group_id.in_(sorted(actor.group_ids))).exists(),
    )
    return visible(actor, permission, columns)


def sees_every_item(actor: Actor, permission: Permission = Permission.ITEM_READ) -> bool:
    """Say whether ``visible_items`` hides nothing from the actor, so that counting is needless."""
    return any(
        grant.organisation_ids is None and grant.class_codes is None and grant.reach is Reach.ALL
        for grant in actor.grants_for(permission)
    )
