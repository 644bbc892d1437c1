"""Who hears of changes: who plans them, who owns or follows what they touch or hit."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import ItemParty
from cmdb.vocabulary import PartyRole
from server.desk.changes.models import Change, ChangeItem, ChangeService, ChangeWatch
from server.foundation.permissions import Actor
from server.items.following.hearing import MOST, who_may_see


def doers_of(change: Change) -> set[int]:
    """Return who planned a change and who carries it out."""
    return {one for one in (change.author_id, change.implementer_id) if one is not None}


def items_of_change(session: Session, change_id: int) -> list[int]:
    """Return what a change touches and the services it was found to hit."""
    touched = select(ChangeItem.item_id).where(ChangeItem.change_id == change_id)
    hit = select(ChangeService.item_id).where(ChangeService.change_id == change_id)
    return list(session.scalars(touched.union(hit)))


def owners_of(session: Session, item_ids: Iterable[int]) -> dict[int, Actor]:
    """Return the people who own any of the items and may see it today."""
    query = select(ItemParty.person_id, ItemParty.item_id).where(
        among(session, ItemParty.item_id, list(item_ids)),
        ItemParty.role == PartyRole.OWNER.value,
        ItemParty.person_id.is_not(None),
    )
    seen = who_may_see(session, session.execute(query.limit(MOST)).all())
    return {person_id: actor for person_id, (actor, _) in seen.items()}


def watchers_of(session: Session, watch_ids: Iterable[int]) -> set[int]:
    """Return who asked that the items or classes be watched."""
    query = select(ChangeWatch.created_by_id).where(among(session, ChangeWatch.id, list(watch_ids)))
    return {one for one in session.scalars(query) if one is not None}
