"""What the topology is derived from: facts of visited devices, cards of machines they hear of."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.facts import Interface
from cmdb.records.items import Item
from discovery.topology.renewing import Card, Facts
from server.foundation.clock import utc_now
from server.scanning.models import DeviceFacts

#: What a device said so long before the newest visit of all counts no more: it is not there.
_FORGOTTEN_AFTER = timedelta(days=30)


def read_facts(session: Session) -> list[Facts]:
    """Return what all visited devices said, as it is stored."""
    newest = session.scalar(select(func.max(DeviceFacts.seen_at)))
    rows = session.execute(
        select(DeviceFacts.item_id, DeviceFacts.packed, Item.name, Item.class_code)
        .join(Item, Item.id == DeviceFacts.item_id)
        .where(
            Item.stage != "retired",
            DeviceFacts.seen_at >= (newest or utc_now()) - _FORGOTTEN_AFTER,
        )
    )
    return [Facts(str(row.item_id), row.packed, (row.name,), row.class_code) for row in rows]


def read_cards(session: Session, heard: Iterable[str], visited: Collection[int]) -> list[Card]:
    """Return the cards with these MAC addresses of items that are not among the visited ones."""
    query = (
        select(Interface.item_id, Interface.name, Interface.mac, Interface.up)
        .join(Item, Item.id == Interface.item_id)
        .where(among(session, Interface.mac, sorted(heard)), Item.stage != "retired")
        .order_by(Interface.item_id, Interface.name, Interface.id)
    )
    rows = session.execute(query)
    return [
        Card(str(row.item_id), row.name, row.mac, row.up)
        for row in rows
        if row.item_id not in visited
    ]
