"""Giving items the keys that the rules of their class make of their attributes."""

from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.vocabulary import ClassCode
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

_BATCH = 500


def rekey_items(context: JobContext) -> None:
    """Read the keys of all items of a class, and of those below it, anew."""
    wanted = str(context.payload.get("class") or "item")
    last = 0
    while True:
        with context.database.writing() as session:
            model = standing_model()
            if model.find_class(wanted) is None:
                return
            codes = sorted(model.descendants(ClassCode(wanted)))
            query = select(Item.id).where(Item.id > last, Item.class_code.in_(codes))
            ids = session.scalars(query.order_by(Item.id).limit(_BATCH)).all()
            if not ids:
                return
            last = ids[-1]
            Inventory(session, utc_now()).redecider().rekey(ids)
