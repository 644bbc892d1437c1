"""What the estate did lately, and what the register could not believe, for an actor."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.sources import QuarantinedValue
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def recent_differences(
    session: Session, actor: Actor, since: datetime, request: PageRequest, *, first_sights: bool
) -> Page[Any]:
    """Return one page of (history entry, item) since then, the latest first.

    ``first_sights``: the items that appeared; otherwise everything that happened to items.
    """
    actor.require(Permission.ITEM_READ)
    created = HistoryEntry.kind == "created"
    query = (
        select(HistoryEntry, Item)
        .join(Item, Item.id == HistoryEntry.item_id)
        .where(
            HistoryEntry.at >= since,
            created if first_sights else ~created,
            visible_items(actor),
        )
    )
    latest = PageRequest("-id", request.cursor, request.limit)
    sorts = {"id": SortKey(HistoryEntry.id, int)}
    return fetch_page(session, query, latest, sorts, HistoryEntry.id)


def quarantined_values(session: Session, actor: Actor, request: PageRequest) -> Page[Any]:
    """Return one page of (refused value, item) on items that are not retired, latest first."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(QuarantinedValue, Item)
        .join(Item, Item.id == QuarantinedValue.item_id)
        .where(Item.stage != "retired", visible_items(actor))
    )
    latest = PageRequest("-id", request.cursor, request.limit)
    sorts = {"id": SortKey(QuarantinedValue.id, int)}
    return fetch_page(session, query, latest, sorts, QuarantinedValue.id)
