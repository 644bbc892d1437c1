"""Reading models for an actor: those written down by hand, and those of items in sight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.items import Item
from cmdb.vocabulary import LifeStage
from server.assets.products.models import ItemOfModel, ProductModel, Vendor
from server.assets.products.rules import vendor_key
from server.assets.rules.reliability import Failure, Reliability, reliability
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item
from server.items.scope import visible_items

#: The name under which the reader of failures is lent, as in ``server.wiring.LENT``.
FAILURES = "failures"
#: Failures of more items of one model are not looked at.
MOST_ITEMS = 5_000

#: Returns incidents in the actor's sight with items among those that a query selects.
FailureReader = Callable[[Session, Actor, Select[int]], Sequence[Failure]]

MODEL_SORTS = {"name": SortKey(ProductModel.name_key), "id": SortKey(ProductModel.id, int)}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model with its maker, and how many items in sight are one of it."""

    model: ProductModel
    vendor: Vendor
    item_count: int


@dataclass(frozen=True, slots=True)
class ModelOfItem:
    """The model an item is one of; ``pinned``: a person said so. None: none is known."""

    row: ModelRow | None
    pinned: bool


def models_in_sight(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``ProductModel`` for what the actor may see."""
    mine = (
        select(ItemOfModel.item_id)
        .join(Item, Item.id == ItemOfModel.item_id)
        .where(ItemOfModel.model_id == ProductModel.id, visible_items(actor))
        .correlate(ProductModel)
    )
    return or_(ProductModel.by_hand, mine.exists())


def list_models(
    session: Session, actor: Actor, text: str, vendor_id: int | None, request: PageRequest
) -> Page[ModelRow]:
    """Return one page of models; ``text`` is the beginning of a model's name, or a maker."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(ProductModel, Vendor)
        .join(Vendor, Vendor.id == ProductModel.vendor_id)
        .where(models_in_sight(actor))
    )
    if vendor_id is not None:
        query = query.where(ProductModel.vendor_id == vendor_id)
    if text:
        begins = func.lower(ProductModel.name).startswith(text.lower(), autoescape=True)
        query = query.where(or_(begins, Vendor.name_key == vendor_key(text)))
    page = fetch_page(session, query, request, MODEL_SORTS, ProductModel.id)
    counts = _counts(session, actor, [model.id for model, _ in page.rows])
    rows = [ModelRow(model, vendor, counts.get(model.id, 0)) for model, vendor in page.rows]
    return Page(rows, page.next_cursor)


def _counts(session: Session, actor: Actor, model_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(ItemOfModel.model_id, func.count())
        .join(Item, Item.id == ItemOfModel.item_id)
        .where(ItemOfModel.model_id.in_(model_ids), visible_items(actor))
        .group_by(ItemOfModel.model_id)
    )
    return {model_id or 0: count for model_id, count in session.execute(query)}


def get_model(session: Session, actor: Actor, model_id: int) -> ModelRow:
    """Return one model. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(ProductModel, Vendor)
        .join(Vendor, Vendor.id == ProductModel.vendor_id)
        .where(ProductModel.id == model_id, models_in_sight(actor))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("product_model", model_id)
    counts = _counts(session, actor, [model_id])
    return ModelRow(found[0], found[1], counts.get(model_id, 0))


def items_of_model(session: Session, actor: Actor, model_id: int, limit: int) -> list[Item]:
    """Return the first items in sight of a model, by name."""
    ids = select(ItemOfModel.item_id).where(ItemOfModel.model_id == model_id)
    query = select(Item).where(Item.id.in_(ids), visible_items(actor))
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(limit)))


def model_of_item(session: Session, actor: Actor, item_id: int) -> ModelOfItem:
    """Return which model an item is one of. Raises ``ItemNotFound``."""
    get_item(session, actor, item_id)
    link = session.get(ItemOfModel, item_id)
    if link is None or link.model_id is None:
        return ModelOfItem(None, pinned=bool(link and link.pinned))
    return ModelOfItem(get_model(session, actor, link.model_id), link.pinned)


def reliability_of_item(
    session: Session, actor: Actor, failures: FailureReader, item_id: int, now: datetime
) -> Reliability:
    """Return how often an item failed. Raises ``ItemNotFound``."""
    get_item(session, actor, item_id)
    return _reliability(session, actor, failures, select(Item.id).where(Item.id == item_id), now)


def reliability_of_model(
    session: Session, actor: Actor, failures: FailureReader, model_id: int, now: datetime
) -> Reliability:
    """Return how often the items in sight of a model failed, of the first ``MOST_ITEMS``."""
    ids = (
        select(Item.id)
        .join(ItemOfModel, ItemOfModel.item_id == Item.id)
        .where(ItemOfModel.model_id == model_id, visible_items(actor))
        .order_by(Item.id)
        .limit(MOST_ITEMS)
    )
    return _reliability(session, actor, failures, ids, now)


def _reliability(
    session: Session, actor: Actor, failures: FailureReader, ids: Select[int], now: datetime
) -> Reliability:
    query = select(Item.id, Item.first_seen_at, Item.updated_at, Item.stage).where(Item.id.in_(ids))
    spans = [
        (row.id, row.first_seen_at, row.updated_at if row.stage == LifeStage.RETIRED else now)
        for row in session.execute(query)
    ]
    return reliability(spans, failures(session, actor, ids))


def list_vendors(session: Session, actor: Actor, text: str, request: PageRequest) -> Page[Vendor]:
    """Return one page of the makers of models in sight, by name."""
    actor.require(Permission.ITEM_READ)
    seen = models_in_sight(actor)
    theirs = select(ProductModel.id).where(ProductModel.vendor_id == Vendor.id, seen)
    query = select(Vendor).where(theirs.correlate(Vendor).exists())
    if text:
        query = query.where(Vendor.name_key.startswith(text_key(text), autoescape=True))
    return fetch_page(session, query, request, {"name": SortKey(Vendor.name_key)}, Vendor.id)
