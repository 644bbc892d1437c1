"""Reading contracts for an actor: those of organisations in reach, with what they cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.among import among
from cmdb.records.items import Item
from server.assets.models import Contract, ItemContract, Supplier
from server.assets.rules.alarms import STEPS
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
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


#: How a contract may stand: in force, in force and ending within 90 days, or over.
STATES = ("running", "ending", "over")
#: By the last day, or by number, which is the order in which they were written down.
CONTRACT_SORTS = {
    "id": SortKey(Contract.id, int),
    "ends_on": SortKey(Contract.ends_on, date.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """Which contracts; "" and None mean no matter.

    ``text`` is part of the reference, the name or the supplier's name, ``state`` one of ``STATES``,
    ``ends_after`` a day on which they are not over.
    """

    text: str = ""
    state: str = ""
    ends_after: date | None = None


def list_contracts(
    session: Session, actor: Actor, wanted: ContractFilter, request: PageRequest, today: date
) -> Page[Contract]:
    """Return one page of contracts in one of the orders of ``CONTRACT_SORTS``, by id unless asked.

    Raises ``InvalidValue`` naming a sort or a cursor that makes no sense.
    """
    actor.require(Permission.ITEM_READ)
    query = _fitting(actor, wanted, today)
    asked = PageRequest(request.sort or "id", request.cursor, request.limit)
    return fetch_page(session, query, asked, CONTRACT_SORTS, Contract.id)


def count_contracts(session: Session, actor: Actor, wanted: ContractFilter, today: date) -> int:
    """Count the contracts that fit, up to ``paging.COUNT_LIMIT`` + 1."""
    actor.require(Permission.ITEM_READ)
    return count_up_to(session, _fitting(actor, wanted, today).with_only_columns(Contract.id))


def _fitting(actor: Actor, wanted: ContractFilter, today: date) -> Select[Contract]:
    query = select(Contract).where(_in_scope(actor), *_standing(wanted.state, today))
    if wanted.ends_after is not None:
        query = query.where(Contract.ends_on >= wanted.ends_after)
    if wanted.text:
        named = Supplier.name_key.contains(text_key(wanted.text), autoescape=True)
        suppliers = select(Supplier.id).where(named)
        texts = (Contract.reference, Contract.name)
        said = [one.icontains(wanted.text, autoescape=True) for one in texts]
        query = query.where(or_(*said, Contract.supplier_id.in_(suppliers)))
    return query


def _standing(state: str, today: date) -> list[ColumnElement[bool]]:
    if state == "over":
        return [Contract.ends_on < today]
    last = today + timedelta(days=max(STEPS))
    running = [Contract.starts_on <= today, Contract.ends_on >= today]
    return {"running": running, "ending": [*running, Contract.ends_on <= last]}.get(state, [])


def standing_of(row: Contract, today: date) -> str:
    """Return how a contract stands: the closest of ``STATES``, "" for one that has yet to begin."""
    if row.ends_on < today:
        return "over"
    if row.starts_on > today:
        return ""
    return "ending" if row.ends_on <= today + timedelta(days=max(STEPS)) else "running"


def count_covered(session: Session, actor: Actor, contract_ids: Sequence[int]) -> dict[int, int]:
    """Return how many items in sight each of the contracts covers; none for none. One statement."""
    query = (
        select(ItemContract.contract_id, func.count())
        .join(Item, Item.id == ItemContract.item_id)
        .where(among(session, ItemContract.contract_id, contract_ids), visible_items(actor))
        .group_by(ItemContract.contract_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


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
