"""Reading contracts for an actor: those that cover an item in sight."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.assets.models import Contract, ItemContract
from server.foundation.permissions import Actor, Permission


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
