"""Deciding something anew for all items of a class in the background, a batch to a transaction."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.inventory.redeciding import Redecider
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.vocabulary import ClassCode
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

_BATCH = 500


def redecide_class(context: JobContext, act: Callable[[Redecider, Sequence[int]], object]) -> None:
    """Let ``act`` decide over the class that the job names and those below it; "" is every class.

    A class that is gone by now has nothing left to decide over.
    """
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
            act(Inventory(session, utc_now()).redecider(), ids)
