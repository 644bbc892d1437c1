"""Looking at items that people follow: who does is told that one was retired, or fell silent."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.vocabulary import LifeStage
from server.foundation.database import Database
from server.items.following.hearing import who_may_see
from server.items.following.standing import Standing, standing_of
from server.items.models import ItemFollower
from server.notify.actions import Notice, tell

#: Followers whose items are read at once.
BATCH = 500
_RETIRED = LifeStage.RETIRED.value


@dataclass(frozen=True, slots=True)
class Look:
    """What one batch of followers showed: where to go on, and the items that moved."""

    last: tuple[int, int] | None
    moved: tuple[int, ...]


def look_over(session: Session, after: tuple[int, int], now: datetime) -> Look:
    """Return which followed items stand otherwise than their followers know; it only reads."""
    key = (ItemFollower.item_id, ItemFollower.person_id)
    query = (
        select(ItemFollower)
        .where(
            (ItemFollower.item_id > after[0])
            | ((ItemFollower.item_id == after[0]) & (ItemFollower.person_id > after[1]))
        )
        .order_by(*key)
        .limit(BATCH)
    )
    rows = session.scalars(query).all()
    stands = standing_of(session, {row.item_id for row in rows}, now)
    moved = {row.item_id for row in rows if _news(row, stands[row.item_id]) is not None}
    last = (rows[-1].item_id, rows[-1].person_id) if len(rows) == BATCH else None
    return Look(last, tuple(sorted(moved)))


def tell_followers(session: Session, item_ids: Collection[int], now: datetime) -> int:
    """Tell the followers of items how these stand now; return how many were told.

    Who may not see an item today is not told, and not later either.
    """
    query = (
        select(ItemFollower)
        .where(among(session, ItemFollower.item_id, item_ids))
        .order_by(ItemFollower.item_id, ItemFollower.person_id)
        .with_for_update()
    )
    rows = session.scalars(query).all()
    stands = standing_of(session, {row.item_id for row in rows}, now)
    told = 0
    for row in rows:
        stand = stands[row.item_id]
        kinds = _news(row, stand) or ()
        row.told_stage, row.told_silent = stand.stage, stand.silent
        if kinds and who_may_see(session, [(row.person_id, row.item_id)]):
            told += _tell(session, row, stand, kinds, now)
    session.flush()
    return told


def _news(row: ItemFollower, stand: Standing) -> tuple[str, ...] | None:
    """Return the kinds of notice that are due; () for what is to be known, and not told."""
    if (row.told_stage, row.told_silent) == (stand.stage, stand.silent):
        return None
    if not row.told_stage:
        return ()
    retired, was_retired = stand.stage == _RETIRED, row.told_stage == _RETIRED
    if retired != was_retired:
        return ("item_retired",) if retired else ("item_back",)
    if stand.silent != row.told_silent and not retired:
        return ("item_silent",) if stand.silent else ("item_heard",)
    return ()


def _tell(
    session: Session, row: ItemFollower, stand: Standing, kinds: Iterable[str], now: datetime
) -> int:
    detail: Mapping[str, str] = {
        "item": stand.name,
        "text": f"{stand.last_seen_at:%Y-%m-%d %H:%M} UTC",
    }
    path = f"/items/{row.item_id}"
    return sum(
        tell(
            session,
            [row.person_id],
            Notice(kind, f"item:{row.item_id}:{kind}:{now.isoformat()}", path, detail),
            now,
        )
        for kind in kinds
    )


def follow_up(
    database: Database, now: datetime, go_on: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Look at everything that is followed; return how much moved, and how many were told.

    ``go_on`` raises between two batches when it is to end.
    """
    after: tuple[int, int] | None = (0, 0)
    moved = told = 0
    while after is not None:
        go_on()
        with database.reading() as session:
            look = look_over(session, after, now)
        if look.moved:
            with database.writing() as session:
                told += tell_followers(session, look.moved, now)
        moved, after = moved + len(look.moved), look.last
    return {"moved": moved, "told": told}
