"""Two agents of other makers on one machine: one speaks, the other adds what it alone knows.

Both are the source ``inventory``, of which an item has one list of packages and one word on each
attribute. They name things differently, so by turns each would undo what the other said, and the
history would be full of changes that nobody made.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation
from cmdb.records.sources import ItemSource
from server.items.models import Agent

#: Who has been silent for so long speaks no more; these agents come once a day.
_SILENCE = timedelta(days=3)


def beside_seniors(session: Session, seen: Observation, now: datetime) -> Observation:
    """Return what a sender adds to those who spoke of its machine before it and still do.

    What they tell it takes back, in case it told it before them.
    """
    item_id, place = _place_of(session, seen, now)
    if item_id is None:
        return seen
    told = _seniors(session, seen, item_id, place, now)
    sections = {name for senior in told for name in senior.digests}
    words = {name for senior in told for name in senior.words}
    if not told:
        return seen
    return replace(
        seen,
        sections=tuple(one for one in seen.sections if one.name not in sections),
        values={name: None if name in words else value for name, value in seen.values.items()},
    )


def _place_of(session: Session, seen: Observation, now: datetime) -> tuple[int | None, int | None]:
    """Return the item a sender speaks of, and its own row there; None for what is not known."""
    own = session.execute(
        select(ItemSource.item_id, ItemSource.id).where(
            ItemSource.organisation_id == seen.organisation_id,
            ItemSource.source == seen.origin.source,
            ItemSource.key == seen.origin.key,
        )
    ).first()
    if own is not None:
        return own.item_id, own.id
    decision = Inventory(session, now).identify(seen)
    return (decision.item_id if decision else None), None


def _seniors(
    session: Session, seen: Observation, item_id: int, place: int | None, now: datetime
) -> list[Row[Any]]:
    query = (
        select(ItemSource.words, ItemSource.digests)
        .join(Agent, Agent.agent_id == ItemSource.key)
        .where(
            ItemSource.item_id == item_id,
            ItemSource.source == seen.origin.source,
            ItemSource.key != seen.origin.key,
            ItemSource.last_seen_at > now - _SILENCE,
            Agent.revoked_at.is_(None),
        )
    )
    if place is not None:
        query = query.where(ItemSource.id < place)
    return list(session.execute(query))
