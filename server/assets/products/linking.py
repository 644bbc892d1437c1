"""Items find their models: what sources say of maker and model is read, and kept beside the item.

The job looks at items whose words differ from those that were read last; a model that a person
chose stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.assets.products.defaults import outdated_links, say_defaults
from server.assets.products.models import ItemOfModel, ProductModel, Vendor
from server.assets.products.rules import Product, product_of
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

#: The kind, as in ``server.wiring.JOBS``.
LINK_MODELS = "assets.models"

#: So many items are looked at in one transaction.
_BATCH = 1000
#: Of so many items their models speak in one transaction.
_SPOKEN = 500


def run_linking(context: JobContext) -> Mapping[str, Any]:
    """Bring the models of all items up to what their sources say, and items up to their models."""
    linked = last = 0
    while True:
        with context.database.reading() as session:
            ids = _differing(session, last)
        if not ids:
            return {"linked": linked, "defaults": _speak(context)}
        with context.database.writing() as session:
            linked += link_items(session, ids, utc_now())
        last = ids[-1]


def _speak(context: JobContext) -> int:
    """Let models say their defaults of items that became theirs, or since they were written."""
    said = 0
    while True:
        with context.database.reading() as session:
            ids = outdated_links(session, _SPOKEN)
        if not ids:
            return said
        with context.database.writing() as session:
            said += say_defaults(session, ids, utc_now())


def _differing(session: Session, after: int) -> Sequence[int]:
    """Return the next items that say something else than what was read; by number."""
    unread = and_(ItemOfModel.item_id.is_(None), or_(Item.vendor != "", Item.model != ""))
    other = or_(ItemOfModel.vendor_said != Item.vendor, ItemOfModel.model_said != Item.model)
    query = (
        select(Item.id)
        .outerjoin(ItemOfModel, ItemOfModel.item_id == Item.id)
        .where(Item.id > after, Item.merged_into_id.is_(None), or_(unread, other))
    )
    return session.scalars(query.order_by(Item.id).limit(_BATCH)).all()


def link_items(session: Session, item_ids: Sequence[int], now: datetime) -> int:
    """Read what the items say of maker and model; return how many found another model."""
    said = session.execute(
        select(Item.id, Item.vendor, Item.model).where(Item.id.in_(item_ids))
    ).all()
    known = {
        row.item_id: row
        for row in session.scalars(select(ItemOfModel).where(ItemOfModel.item_id.in_(item_ids)))
    }
    wanted = {row.id: product_of(row.vendor, row.model) for row in said}
    models = models_for(session, {one for one in wanted.values() if one is not None}, now)
    moved = 0
    for row in said:
        product = wanted[row.id]
        moved += _keep(session, row, known.get(row.id), models[product] if product else None)
    return moved


def _keep(
    session: Session, said: Row[int, str, str], known: ItemOfModel | None, model: int | None
) -> int:
    if known is None:
        known = ItemOfModel(item_id=said.id)
        session.add(known)
    known.vendor_said, known.model_said = said.vendor, said.model
    if known.pinned or known.model_id == model:
        return 0
    known.model_id = model
    return 1


def models_for(
    session: Session, products: Iterable[Product], now: datetime, *, by_hand: bool = False
) -> dict[Product, int]:
    """Return the number of each model; what is not known yet is written down."""
    wanted = sorted(products, key=lambda one: (one.vendor_key, one.model_key, one.model))
    vendors = _vendors(session, wanted, now)
    keys = {(vendors[one.vendor_key], one.model_key) for one in wanted}
    query = select(ProductModel.vendor_id, ProductModel.name_key, ProductModel.id).where(
        ProductModel.vendor_id.in_({vendor for vendor, _ in keys}),
        ProductModel.name_key.in_({key for _, key in keys}),
    )
    known = {(row.vendor_id, row.name_key): row.id for row in session.execute(query)}
    for one in wanted:
        key = (vendors[one.vendor_key], one.model_key)
        if key not in known:
            known[key] = _new_model(session, key, one.model, now, by_hand=by_hand)
    return {one: known[vendors[one.vendor_key], one.model_key] for one in wanted}


def _new_model(
    session: Session, key: tuple[int, str], name: str, now: datetime, *, by_hand: bool
) -> int:
    model = ProductModel(
        vendor_id=key[0],
        name_key=key[1],
        name=name,
        defaults={},
        by_hand=by_hand,
        created_at=now,
        updated_at=now,
    )
    session.add(model)
    session.flush()  # items refer to its number
    return model.id


def _vendors(session: Session, products: Sequence[Product], now: datetime) -> dict[str, int]:
    names = {one.vendor_key: one.vendor for one in reversed(products)}
    query = select(Vendor.name_key, Vendor.id).where(Vendor.name_key.in_(names))
    found = {row.name_key: row.id for row in session.execute(query)}
    missing = [Vendor(name=names[k], name_key=k, created_at=now) for k in names if k not in found]
    session.add_all(missing)
    session.flush()  # models refer to their numbers
    return found | {one.name_key: one.id for one in missing}
