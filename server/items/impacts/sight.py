"""Which of thousands of items an actor may see, in one cheap step."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.snapshot.live import Snapshot
from cmdb.snapshot.naming import NamedItems
from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.items.scope import sees_every_item, visible_items

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


def in_sight(session: Session, actor: Actor, ids: Ids, named: NamedItems | None = None) -> Mask:
    """Say of each item whether the actor may see it, as things stand today.

    Grants that reach whole organisations are decided on ``named``, the items' columns beside a
    graph that is true now; only what they leave open costs a statement, one for all.
    """
    if sees_every_item(actor):
        return np.ones(len(ids), np.bool_)
    grants = actor.grants_for(Permission.ITEM_READ)
    whole = [grant for grant in grants if grant.reach is Reach.ALL]
    seen = np.zeros(len(ids), np.bool_)
    if named is not None:
        seen = _by_columns(whole, named)
        if len(whole) == len(grants):
            return seen
    seen[~seen] = _by_statement(session, actor, ids[~seen])
    return seen


def columns_for_sight(
    actor: Actor, snapshot: Snapshot, ids: Ids, as_of: object = None
) -> NamedItems | None:
    """Return the columns that ``in_sight`` decides on: none of a past graph, rights are today's."""
    if as_of is not None or sees_every_item(actor):
        return None
    return snapshot.named(ids)


def _by_columns(grants: Iterable[Grant], named: NamedItems) -> Mask:
    organisations = np.array(named.organisation_id, np.int64)
    seen = np.zeros(len(organisations), np.bool_)
    for grant in grants:
        inside = np.ones(len(organisations), np.bool_)
        if grant.organisation_ids is not None:
            inside = np.isin(organisations, sorted(grant.organisation_ids))
        if grant.class_codes is not None:
            codes = grant.class_codes
            inside &= np.fromiter((code in codes for code in named.class_code), np.bool_)
        seen |= inside
    return seen


def _by_statement(session: Session, actor: Actor, ids: Ids) -> Mask:
    query = select(Item.id).where(among(session, Item.id, ids.tolist()), visible_items(actor))
    return np.isin(ids, np.array(session.scalars(query).all(), np.int64))
