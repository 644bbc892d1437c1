"""Reading contracts for an actor: those that cover an item in sight."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import Item
from server.assets.models import Contract, ItemContract
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def contracts_of(session: Session, actor: Actor, item_ids: Sequence[int]) -> list[Contract]:
    """Return the contracts that cover any of the items, the one that ends first at the top.

    The caller has found the items to be in sight.
    """
    if not actor.may(Permission.ITEM_READ):
        return []
    covering = select(ItemContract.contract_id).where(ItemContract.item_id.in_(item_ids))
    query = (
        select(Contract).where(Contract.id.in_(covering)).order_by(Contract.ends_on, Contract.id)
    )
    return list(session.scalars(query))


def contracts_reached(
    session: Session, actor: Actor, item_ids: Sequence[int], limit: int = 200
) -> list[Contract]:
    """Return the contracts that cover items in sight among those that suffer.

    The one that ends first comes first. One statement, however many items.
    """
    covering = (
        select(ItemContract.contract_id)
        .join(Item, Item.id == ItemContract.item_id)
        .where(among(session, ItemContract.item_id, item_ids), visible_items(actor))
    )
    query = select(Contract).where(Contract.id.in_(covering))
    return list(session.scalars(query.order_by(Contract.ends_on, Contract.id).limit(limit)))
