"""Reading suppliers and purchases for an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.items import Item
from server.assets.models import Contract, Supplier
from server.assets.purchases.models import ItemPurchase
from server.assets.rules.worth import Writedown, book_value, written_off_on
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.queries import get_item
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class Bought:
    """How an item was bought, from whom, and what it is worth on a day (hundredths)."""

    item_id: int
    purchase: ItemPurchase | None
    supplier: Supplier | None = None
    worth: int | None = None
    written_off_on: date | None = None


def suppliers_in_scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Supplier`` for what the actor may see."""
    return visible(actor, Permission.ITEM_READ, ScopeColumns(Supplier.organisation_id))


def list_suppliers(
    session: Session, actor: Actor, text: str, request: PageRequest
) -> Page[Supplier]:
    """Return one page of suppliers by name; ``text`` is how the name begins."""
    actor.require(Permission.ITEM_READ)
    query = select(Supplier).where(suppliers_in_scope(actor))
    if text:
        query = query.where(Supplier.name_key.startswith(text_key(text), autoescape=True))
    return fetch_page(session, query, request, {"name": SortKey(Supplier.name_key)}, Supplier.id)


def get_supplier(session: Session, actor: Actor, supplier_id: int) -> Supplier:
    """Return one supplier. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    query = select(Supplier).where(Supplier.id == supplier_id, suppliers_in_scope(actor))
    found = session.scalar(query)
    if found is None:
        raise NotFound("supplier", supplier_id)
    return found


def sees_supplier(session: Session, actor: Actor, supplier_id: int) -> bool:
    """Say whether there is such a supplier in sight."""
    query = select(Supplier.id).where(Supplier.id == supplier_id, suppliers_in_scope(actor))
    return session.scalar(query) is not None


def supplied_items(
    session: Session, actor: Actor, supplier_id: int, limit: int
) -> Sequence[tuple[Item, ItemPurchase]]:
    """Return the first items in sight that were bought from a supplier, by name."""
    query = (
        select(Item, ItemPurchase)
        .join(ItemPurchase, ItemPurchase.item_id == Item.id)
        .where(ItemPurchase.supplier_id == supplier_id, visible_items(actor))
    )
    rows = session.execute(query.order_by(Item.name_key, Item.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def contracts_with(session: Session, actor: Actor, supplier: Supplier) -> list[Contract]:
    """Return the contracts in sight with a supplier, the one that ends last first.

    The caller has found the supplier to be in sight.
    """
    seen = visible(actor, Permission.ITEM_READ, ScopeColumns(Contract.organisation_id))
    query = select(Contract).where(Contract.supplier_id == supplier.id)
    return list(session.scalars(query.where(seen).order_by(Contract.ends_on.desc(), Contract.id)))


def bought(session: Session, actor: Actor, item_id: int, on: date) -> Bought:
    """Return how an item was bought, and what it is worth on a day. Raises ``ItemNotFound``."""
    get_item(session, actor, item_id)
    query = (
        select(ItemPurchase, Supplier)
        .outerjoin(Supplier, Supplier.id == ItemPurchase.supplier_id)
        .where(ItemPurchase.item_id == item_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return Bought(item_id, None)
    plan = _plan(row[0])
    if plan is None:
        return Bought(item_id, row[0], row[1])
    return Bought(item_id, row[0], row[1], book_value(plan, on), written_off_on(plan))


def _plan(row: ItemPurchase) -> Writedown | None:
    if row.price_hundredths is None or row.months is None or row.bought_on is None:
        return None
    return Writedown(row.price_hundredths, row.residual_hundredths, row.months, row.bought_on)


def warranties_ending(
    session: Session, actor: Actor, first: date, last: date, limit: int
) -> Sequence[tuple[Item, ItemPurchase]]:
    """Return items in sight whose warranty ends within these days, the first to end first."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(Item, ItemPurchase)
        .join(ItemPurchase, ItemPurchase.item_id == Item.id)
        .where(ItemPurchase.warranty_ends_on.between(first, last), visible_items(actor))
        .order_by(ItemPurchase.warranty_ends_on, Item.id)
    )
    return [(row[0], row[1]) for row in session.execute(query.limit(limit))]
