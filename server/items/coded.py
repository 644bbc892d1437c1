"""Items by what stands on them: asset tag, code, serial number or name, as a scanner reads it."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.model import standing_model
from cmdb.model.text import clean, text_key
from cmdb.records.items import Item, ItemValue
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

#: Attributes that are written on things, beside the serial number and the name.
_WRITTEN = ("asset_tag", "code")
#: More things of one code are shown as a list.
_MOST = 50


def items_by_code(session: Session, actor: Actor, code: str) -> Sequence[Item]:
    """Return the items in sight that carry exactly this code, whatever its case; at most 50.

    Three ranges of indexes, however many items there are.
    """
    actor.require(Permission.ITEM_READ)
    said = clean(code)
    if not said:
        return []
    model = standing_model()
    attributes = [one.id for name in _WRITTEN for one in model.attributes_named(name)]
    tagged = select(ItemValue.item_id).where(
        ItemValue.attribute_id.in_(attributes), ItemValue.text_key == text_key(said)
    )
    spelled = {said, said.upper(), said.lower()}
    query = select(Item).where(
        or_(Item.id.in_(tagged), Item.serial.in_(spelled), Item.name_key == text_key(said)),
        Item.merged_into_id.is_(None),
        visible_items(actor),
    )
    return session.scalars(query.order_by(Item.id).limit(_MOST)).all()
