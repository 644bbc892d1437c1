"""Merging and splitting items on a person's behalf, and taking it back. Never silent."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, ItemNotFound, NotFound, StaleVersion
from cmdb.inventory.door import Inventory
from cmdb.inventory.merging import MergePreview
from cmdb.inventory.outcomes import Author
from cmdb.inventory.splitting import SplitPreview
from cmdb.observation import Identifier
from cmdb.query.items import find_item, find_items
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item
from server.foundation import audit
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.scope import items_in_reach, visible_items

Answer = TypeVar("Answer")


def preview_merge(
    session: Session, actor: Actor, kept_id: int, gone_id: int, now: datetime
) -> MergePreview:
    """Return what a merge would do; nothing is written. Raises as ``merge_items``."""
    require_writable(session, actor, kept_id)
    _require_other(session, actor, gone_id)
    return Inventory(session, now).preview_merge(kept_id, gone_id)


def merge_items(
    session: Session,
    actor: Actor,
    kept_id: int,
    gone_id: int,
    now: datetime,
    other_version: int | None = None,
) -> IdentityAct:
    """Make two items one. ``other_version`` is what was seen of the one that goes.

    Raises ``ItemNotFound``, ``PermissionDenied``, ``InvalidValue`` naming ``other_id``,
    ``Conflict`` when the two cannot be one, or ``StaleVersion``.
    """
    require_writable(session, actor, kept_id)
    other = _require_other(session, actor, gone_id)
    if other_version is not None and other.version != other_version:
        raise StaleVersion("the other item was changed after you read it; look at it again")
    act = _inside(session, actor, now, lambda door: door.merge(kept_id, gone_id))
    detail = {"other": gone_id, "act": act.id}
    audit.record(session, actor, "item.merged", f"item:{kept_id}", detail)
    return act


def preview_split(
    session: Session,
    actor: Actor,
    item_id: int,
    source_ids: Collection[int],
    evidence: Iterable[Identifier],
    now: datetime,
) -> SplitPreview:
    """Return what a split would do; nothing is written. Raises as ``split_item``."""
    require_writable(session, actor, item_id)
    return Inventory(session, now).preview_split(item_id, source_ids, evidence)


def split_item(
    session: Session,
    actor: Actor,
    item_id: int,
    source_ids: Collection[int],
    evidence: Iterable[Identifier],
    now: datetime,
) -> IdentityAct:
    """Make what some sources said of an item an item of its own.

    Raises ``ItemNotFound``, ``PermissionDenied`` or ``InvalidValue`` naming ``sources``.
    """
    require_writable(session, actor, item_id)
    act = _inside(session, actor, now, lambda door: door.split(item_id, source_ids, evidence))
    detail = {"other": act.other_id, "act": act.id}
    audit.record(session, actor, "item.split", f"item:{item_id}", detail)
    return act


def undo_act(session: Session, actor: Actor, act_id: int, now: datetime) -> IdentityAct:
    """Take a merge or a split back. Raises ``NotFound``, ``PermissionDenied`` or ``Conflict``."""
    act = find_act(session, actor, act_id, lock=True)
    require_writable(session, actor, act.item_id)
    other = items_in_reach(actor, Permission.ITEM_WRITE) & (Item.id == act.other_id)
    if session.scalar(select(Item.id).where(other)) is None:
        raise PermissionDenied(Permission.ITEM_WRITE)
    _inside(session, actor, now, lambda door: door.undo(act))
    detail = {"other": act.other_id, "act": act.id}
    audit.record(session, actor, f"item.{act.kind}.undone", f"item:{act.item_id}", detail)
    return act


def find_act(session: Session, actor: Actor, act_id: int, *, lock: bool = False) -> IdentityAct:
    """Return a merge or split whose item is in sight. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(IdentityAct)
        .join(Item, Item.id == IdentityAct.item_id)
        .where(IdentityAct.id == act_id, items_in_reach(actor))
    )
    if lock:
        query = query.with_for_update(of=IdentityAct).execution_options(populate_existing=True)
    act = session.scalar(query)
    if act is None:
        raise NotFound("identity act", act_id)
    return act


def require_writable(session: Session, actor: Actor, item_id: int) -> Item:
    """Return an item that the actor may change.

    Raises ``ItemNotFound`` when it is out of sight, ``PermissionDenied`` when it may only be read.
    """
    actor.require(Permission.ITEM_WRITE)
    item = find_item(session, item_id, visible_items(actor))
    if not find_items(session, [item_id], visible_items(actor, Permission.ITEM_WRITE)):
        raise PermissionDenied(Permission.ITEM_WRITE)
    return item


def _require_other(session: Session, actor: Actor, item_id: int) -> Item:
    try:
        return require_writable(session, actor, item_id)
    except (ItemNotFound, PermissionDenied) as error:
        why = f"there is no item {item_id} that you may change"
        raise InvalidValue({"other_id": why}) from error


def _inside(
    session: Session, actor: Actor, now: datetime, act: Callable[[Inventory], Answer]
) -> Answer:
    """Act through the door on the actor's behalf."""
    answer = act(Inventory(session, now, Author(actor.person_id, actor.request_id)))
    session.info.pop("items_in_sight", None)
    return answer
