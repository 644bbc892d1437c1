"""What all items of a model have unless somebody says otherwise: the word of the source "model".

A source like any other, of the lowest precedence: whoever measures or types a value wins, and who
says what shows it. It speaks of an item when the item becomes one of the model, and again when the
model is written anew; what was taken back in between stays taken back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.model import Model, standing_model
from cmdb.observation import Observation, Origin
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import ClassCode, SourceCode
from server.assets.products.models import ItemOfModel, ProductModel

#: The source, and the one key under which it speaks of an item.
MODEL = SourceCode("model")


def outdated_links(session: Session, limit: int) -> Sequence[int]:
    """Return items of which their model has not yet said what it says now; by number."""
    version = func.coalesce(ProductModel.version, 0)
    query = (
        select(ItemOfModel.item_id)
        .join(Item, Item.id == ItemOfModel.item_id)
        .outerjoin(ProductModel, ProductModel.id == ItemOfModel.model_id)
        .where(
            Item.merged_into_id.is_(None),
            or_(
                ItemOfModel.said_version != version,
                ItemOfModel.said_model_id != func.coalesce(ItemOfModel.model_id, 0),
            ),
        )
    )
    return session.scalars(query.order_by(ItemOfModel.item_id).limit(limit)).all()


def say_defaults(
    session: Session, item_ids: Sequence[int], now: datetime, author: Author | None = None
) -> int:
    """Let models speak of these items; return of how many they said something new."""
    rows = session.execute(
        select(ItemOfModel, ProductModel, Item)
        .join(Item, Item.id == ItemOfModel.item_id)
        .outerjoin(ProductModel, ProductModel.id == ItemOfModel.model_id)
        .where(ItemOfModel.item_id.in_(item_ids))
        .order_by(ItemOfModel.item_id)
    ).all()
    before = _words(session, [link.item_id for link, _, _ in rows])
    model = standing_model()
    said = []
    for link, known, item in rows:
        product: ProductModel | None = known  # the outer join may find none
        values = _values(model, item.class_code, product.defaults if product is not None else {})
        gone = dict.fromkeys(before[link.item_id] - values.keys())
        if values or gone:
            said.append(_observation(item, values | gone))
        link.said_model_id = link.model_id or 0
        link.said_version = product.version if product is not None else 0
    session.flush()
    Inventory(session, now, author).record_many(said)
    return len(said)


def _words(session: Session, item_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return what the source says of items now."""
    found: dict[int, set[str]] = defaultdict(set)
    query = select(ItemSource.item_id, ItemSource.words).where(
        ItemSource.item_id.in_(item_ids), ItemSource.source == MODEL
    )
    for item_id, words in session.execute(query):
        found[item_id] |= words.keys()
    return found


def _values(model: Model, class_code: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults that items of a class can have; a model may be of several classes."""
    return {
        name: value
        for name, value in defaults.items()
        if value is not None and model.find_attribute(name, class_code) is not None
    }


def _observation(item: Item, values: Mapping[str, Any]) -> Observation:
    return Observation(
        origin=Origin(MODEL, "", 0.5),
        class_code=ClassCode(item.class_code),
        organisation_id=item.organisation_id,
        # Knowing the model is not having seen the item: it looks no fresher for it.
        observed_at=item.first_seen_at,
        values=values,
        item_id=item.id,
    )
