"""Writing down suppliers, and how items were bought."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue
from cmdb.model.text import clean, text_key
from server.assets.models import Supplier
from server.assets.purchases.models import ItemPurchase
from server.assets.purchases.queries import get_supplier, sees_supplier
from server.assets.rules.money import hundredths
from server.assets.writing import require_writable
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation

_DETAILS = ("email", "phone", "website", "customer_number")
#: A plan over more months than these is a slip of the hand.
_MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class SupplierDraft:
    """A supplier as it is written down."""

    organisation_id: int
    name: str
    email: str = ""
    phone: str = ""
    website: str = ""
    customer_number: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseDraft:
    """How an item was bought. Amounts are text ("1234.50"); "" is nothing."""

    supplier_id: int | None = None
    order_number: str = ""
    bought_on: date | None = None
    price: str = ""
    currency: str = ""
    warranty_ends_on: date | None = None
    months: int | None = None
    residual: str = ""


def write_supplier(
    session: Session, actor: Actor, draft: SupplierDraft, now: datetime, known_id: int | None = None
) -> Supplier:
    """Write a supplier down, or anew when it is known; its organisation stays.

    Raises ``NotFound``, ``InvalidValue`` naming each wrong field, ``DuplicateName``.
    """
    actor.require(Permission.ITEM_WRITE)
    known = None if known_id is None else get_supplier(session, actor, known_id)
    organisation_id = known.organisation_id if known else draft.organisation_id
    require_organisation(session, actor, Permission.ITEM_WRITE, organisation_id)
    _check_supplier(draft)
    name = clean(draft.name)
    twin = select(Supplier.id).where(
        Supplier.organisation_id == organisation_id,
        Supplier.name_key == text_key(name),
        Supplier.id != (known_id or 0),
    )
    if session.scalar(twin) is not None:
        raise DuplicateName("supplier", "name", name)
    row = known or Supplier(organisation_id=organisation_id, created_at=now, version=0)
    row.name, row.name_key, row.version = name, text_key(name), row.version + 1
    for detail in _DETAILS:
        setattr(row, detail, getattr(draft, detail).strip())
    session.add(row)
    session.flush()  # its number is told
    audit.record(session, actor, "supplier.written", f"supplier:{row.id}", {"name": name})
    return row


def _check_supplier(draft: SupplierDraft) -> None:
    problems: dict[str, str] = {}
    if not 0 < len(clean(draft.name)) <= 255:
        problems["name"] = "must have 1 to 255 characters"
    for detail in _DETAILS:
        if len(getattr(draft, detail)) > 255:
            problems[detail] = "must not be longer than 255"
    if draft.website and not draft.website.strip().startswith(("https://", "http://")):
        problems["website"] = "must begin with https:// or http://"
    if problems:
        raise InvalidValue(problems)


def write_purchase(
    session: Session, actor: Actor, item_id: int, draft: PurchaseDraft, now: datetime
) -> ItemPurchase:
    """Say how an item was bought; what was said before is replaced.

    Raises ``ItemNotFound``, ``PermissionDenied``, ``InvalidValue`` naming each wrong field.
    """
    require_writable(session, actor, item_id)
    price, residual = _amounts(draft)
    _check_purchase(session, actor, draft, price, residual)
    row = session.get(ItemPurchase, item_id)
    if row is None:
        row = ItemPurchase(item_id=item_id)
        session.add(row)
    row.supplier_id = draft.supplier_id
    row.order_number = clean(draft.order_number)
    row.bought_on, row.warranty_ends_on = draft.bought_on, draft.warranty_ends_on
    row.price_hundredths, row.residual_hundredths = price, residual
    row.currency = draft.currency.strip().upper() if price is not None else ""
    row.months, row.updated_at = draft.months, now
    told = {"order": row.order_number, "price": price, "currency": row.currency}
    audit.record(session, actor, "item.purchase_written", f"item:{item_id}", told)
    return row


def _amounts(draft: PurchaseDraft) -> tuple[int | None, int]:
    if not draft.price.strip():
        if draft.residual.strip():
            raise InvalidValue({"price": "is needed for this"})
        return None, 0
    price = hundredths("price", draft.price, draft.currency)
    if not draft.residual.strip():
        return price, 0
    return price, hundredths("residual", draft.residual, draft.currency)


def _check_purchase(
    session: Session, actor: Actor, draft: PurchaseDraft, price: int | None, residual: int
) -> None:
    problems: dict[str, str] = {}
    if draft.supplier_id is not None and not sees_supplier(session, actor, draft.supplier_id):
        problems["supplier_id"] = f"there is no supplier {draft.supplier_id}"
    if len(draft.order_number) > 255:
        problems["order_number"] = "must not be longer than 255"
    if draft.bought_on and draft.warranty_ends_on and draft.warranty_ends_on < draft.bought_on:
        problems["warranty_ends_on"] = "must not lie before the first day"
    if draft.months is not None and not 0 < draft.months <= _MOST_MONTHS:
        problems["months"] = f"must be from 1 to {_MOST_MONTHS}"
    if draft.months is not None and (price is None or draft.bought_on is None):
        problems["price" if price is None else "bought_on"] = "is needed for this"
    if price is not None and residual > price:
        problems["residual"] = "must not be more than the price"
    if problems:
        raise InvalidValue(problems)


def forget_purchase(session: Session, actor: Actor, item_id: int) -> None:
    """Forget how an item was bought. Raises ``ItemNotFound`` or ``PermissionDenied``."""
    require_writable(session, actor, item_id)
    row = session.get(ItemPurchase, item_id)
    if row is not None:
        session.delete(row)
        audit.record(session, actor, "item.purchase_forgotten", f"item:{item_id}")
