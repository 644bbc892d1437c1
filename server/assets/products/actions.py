"""Writing models down, and saying which model an item is one of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.inventory.outcomes import Author
from cmdb.model import Model, standing_model
from cmdb.model.text import clean
from server.assets.products.defaults import say_defaults
from server.assets.products.linking import LINK_MODELS, link_items, models_for
from server.assets.products.models import ItemOfModel, ProductModel
from server.assets.products.queries import ModelRow, get_model
from server.assets.products.rules import model_key, product_of
from server.assets.writing import require_writable
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: What no two items share, or what says which model it is.
_OWN_TO_EACH = frozenset({"name", "serial", "asset_tag", "code", "vendor", "model", "location"})

_DAYS = ("sale_ends_on", "support_ends_on", "life_ends_on")


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A model as a person writes it down; ``defaults`` are values by attribute."""

    vendor: str
    name: str
    part_number: str = ""
    sale_ends_on: date | None = None
    support_ends_on: date | None = None
    life_ends_on: date | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


def create_model(session: Session, actor: Actor, draft: ModelDraft, now: datetime) -> ModelRow:
    """Write a model down.

    Raises ``InvalidValue`` naming each wrong field, ``DuplicateName`` for one that is known.
    """
    actor.require(Permission.ITEM_WRITE)
    _check(draft)
    product = product_of(draft.vendor, draft.name)
    if product is None:
        raise InvalidValue({"name": "names no model"})
    newest = session.scalar(select(ProductModel.id).order_by(ProductModel.id.desc()).limit(1)) or 0
    model_id = models_for(session, [product], now, by_hand=True)[product]
    if model_id <= newest:
        known = session.get_one(ProductModel, model_id)
        if known.by_hand:
            raise DuplicateName("product_model", "name", draft.name)
        known.by_hand = True
    return _write(session, actor, model_id, draft, now)


def edit_model(
    session: Session, actor: Actor, model_id: int, draft: ModelDraft, now: datetime
) -> ModelRow:
    """Say anew what a model is; its maker stays.

    Raises ``NotFound``, ``InvalidValue`` or ``DuplicateName``.
    """
    actor.require(Permission.ITEM_WRITE)
    row = get_model(session, actor, model_id)
    _check(draft)
    twin = select(ProductModel.id).where(
        ProductModel.vendor_id == row.vendor.id,
        ProductModel.name_key == model_key(draft.name),
        ProductModel.id != model_id,
    )
    if session.scalar(twin) is not None:
        raise DuplicateName("product_model", "name", draft.name)
    return _write(session, actor, model_id, draft, now)


def _write(
    session: Session, actor: Actor, model_id: int, draft: ModelDraft, now: datetime
) -> ModelRow:
    model = session.get_one(ProductModel, model_id)
    # The key stays what items say: a model may be called otherwise than its firmware calls it.
    model.name = clean(draft.name)
    model.part_number = clean(draft.part_number)
    for name in _DAYS:
        setattr(model, name, getattr(draft, name))
    if dict(draft.defaults) != model.defaults:
        # They speak of the model's items in every organisation.
        require_everywhere(actor, Permission.ITEM_WRITE)
    model.defaults = dict(draft.defaults)
    model.updated_at = now
    model.version += 1
    audit.record(session, actor, "product_model.written", f"product_model:{model_id}")
    enqueue(session, LINK_MODELS, {}, key="assets.models:written")
    session.flush()
    return get_model(session, actor, model_id)


def _check(draft: ModelDraft) -> None:
    problems = _check_names(draft)
    if draft.sale_ends_on and draft.life_ends_on and draft.life_ends_on < draft.sale_ends_on:
        problems["life_ends_on"] = "must not lie before the first day"
    model = standing_model()
    for name in draft.defaults:
        problems |= _default_problems(model, name, draft.defaults[name])
    if problems:
        raise InvalidValue(problems)


def _default_problems(model: Model, name: str, value: Any) -> dict[str, str]:
    """Return what is wrong with a default: refused now rather than on every item."""
    attributes = model.attributes_named(name)
    if not attributes:
        return {f"defaults.{name}": "there is no such attribute"}
    if name in _OWN_TO_EACH:
        return {f"defaults.{name}": "is each item's own"}
    try:
        model.validate_value(attributes[0], value)
    except InvalidValue as error:
        return {f"defaults.{name}": error.fields.get(name, str(error))}
    return {}


def _check_names(draft: ModelDraft) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name in ("vendor", "name"):
        if not 0 < len(clean(getattr(draft, name))) <= 255:
            problems[name] = "must have 1 to 255 characters"
    if not problems and not model_key(draft.name):
        problems["name"] = "names no model"
    if len(draft.part_number) > 255:
        problems["part_number"] = "must not be longer than 255"
    return problems


def pin_model(
    session: Session, actor: Actor, item_id: int, model_id: int | None, now: datetime
) -> None:
    """Say which model an item is one of; None lets its sources say it again.

    Raises ``ItemNotFound``, ``PermissionDenied``, or ``InvalidValue`` naming ``model_id``.
    """
    require_writable(session, actor, item_id)
    link = session.get(ItemOfModel, item_id)
    if link is None:
        link = ItemOfModel(item_id=item_id)
        session.add(link)
    link.pinned = model_id is not None
    if model_id is not None:
        _refuse_unseen(session, actor, model_id)
        link.model_id = model_id
    session.flush()
    link_items(session, [item_id], now)
    say_defaults(session, [item_id], now, Author(person_id=actor.person_id))
    audit.record(session, actor, "item.model_chosen", f"item:{item_id}", {"model": model_id})


def _refuse_unseen(session: Session, actor: Actor, model_id: int) -> None:
    try:
        get_model(session, actor, model_id)
    except NotFound as error:
        raise InvalidValue({"model_id": f"there is no model {model_id}"}) from error
