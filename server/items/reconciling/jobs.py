"""Deciding anew in the background: changed rules, words that expired, sources that went silent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.precedence_rules import standing_precedence
from cmdb.inventory.door import Inventory
from cmdb.inventory.redeciding import Redecider
from cmdb.records.precedence import WordExpiry
from cmdb.records.sources import ItemSource
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.items.class_walk import redecide_class

_BATCH = 500


def redecide_register(context: JobContext) -> None:
    """Decide all items of a class anew, batch by batch; "" is every class."""
    redecide_class(context, Redecider.redecide)


def expire_words(context: JobContext) -> None:
    """Decide items anew whose words expired, or whose sources went silent in the last two days."""
    with context.database.writing() as session:
        now = utc_now()
        due = session.execute(
            select(WordExpiry.item_id, WordExpiry.attribute)
            .where(WordExpiry.until <= now)
            .limit(_BATCH)
        ).all()
        Inventory(session, now).redecider().redecide({row.item_id for row in due})
        for row in due:
            session.execute(
                delete(WordExpiry).where(
                    WordExpiry.item_id == row.item_id, WordExpiry.attribute == row.attribute
                )
            )
    with context.database.reading() as session:
        silent = _gone_silent(session, utc_now())
    for start in range(0, len(silent), _BATCH):
        with context.database.writing() as session:
            Inventory(session, utc_now()).redecider().redecide(silent[start : start + _BATCH])


def _gone_silent(session: Session, now: datetime) -> Sequence[int]:
    """Return the items of which a source has just grown too old to be believed."""
    conditions = []
    for source, limit in standing_precedence().fresh.items():
        edge = now - limit
        spoken = or_(ItemSource.source == source, ItemSource.source.startswith(f"{source}:"))
        recent = ItemSource.last_seen_at.between(edge - timedelta(days=2), edge)
        conditions.append(spoken & recent)
    if not conditions:
        return []
    return sorted(set(session.scalars(select(ItemSource.item_id).where(or_(*conditions)))))
