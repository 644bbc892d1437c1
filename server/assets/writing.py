"""The gate before anything is written around an item."""

from sqlalchemy.orm import Session

from cmdb.query.items import find_item, find_items
from cmdb.records.items import Item
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def require_writable(session: Session, actor: Actor, item_id: int) -> Item:
    """Return an item that the actor may write on, locked until the transaction ends.

    Raises ``ItemNotFound`` when it is out of sight, ``PermissionDenied`` when it may only be read.
    """
    actor.require(Permission.ITEM_WRITE)
    item = find_item(session, item_id, visible_items(actor), lock=True)
    if not find_items(session, [item_id], visible_items(actor, Permission.ITEM_WRITE)):
        raise PermissionDenied(Permission.ITEM_WRITE)
    return item
