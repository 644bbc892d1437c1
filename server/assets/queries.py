"""Reading contracts for an actor: those that cover an item in sight."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.among import among
from cmdb.records.items import Item
from server.assets.models import Contract, ItemContract
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
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


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.ITEM_READ, ScopeColumns(Contract.organisation_id))


def list_contracts(
    session: Session, actor: Actor, ends_after: date | None, request: PageRequest
) -> Page[Contract]:
    """Return one page of contracts by number, those over on a day left out if one is given."""
    actor.require(Permission.ITEM_READ)
    query = select(Contract).where(_in_scope(actor))
    if ends_after is not None:
        query = query.where(Contract.ends_on >= ends_after)
    asked = PageRequest("id", request.cursor, request.limit)
    return fetch_page(session, query, asked, {"id": SortKey(Contract.id, int)}, Contract.id)


def ending_contracts(session: Session, actor: Actor, today: date, limit: int) -> list[Contract]:
    """Return the contracts that are not over, the one that ends first at the top."""
    actor.require(Permission.ITEM_READ)
    query = select(Contract).where(_in_scope(actor), Contract.ends_on >= today)
    return list(session.scalars(query.order_by(Contract.ends_on, Contract.id).limit(limit)))


def get_contract(session: Session, actor: Actor, contract_id: int) -> Contract:
    """Return one contract. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    found = session.scalar(select(Contract).where(Contract.id == contract_id, _in_scope(actor)))
    if found is None:
        raise NotFound("contract", contract_id)
    return found


def covered_items(
    session: Session, actor: Actor, contract_id: int, limit: int | None
) -> list[Item]:
    """Return the items in sight that a contract covers, by name; all of them without a limit."""
    covering = select(ItemContract.item_id).where(ItemContract.contract_id == contract_id)
    query = select(Item).where(Item.id.in_(covering), visible_items(actor))
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(limit)))
