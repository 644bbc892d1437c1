"""Says that rows were seen again: one statement for all that were seen at the same moment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.records.sources import ItemSource


def confirm_rows(
    session: Session,
    entity: type[Item | ItemSource | Relation],
    seen: Iterable[tuple[int, datetime]],
) -> None:
    """Store when each row (by its id) was seen last. Objects in the session are not refreshed."""
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for row_id, moment in seen:
        by_moment[moment].append(row_id)
    for moment, ids in by_moment.items():
        for part in parts(ids):
            session.execute(
                update(entity).where(entity.id.in_(part)).values(last_seen_at=moment),
                execution_options={"synchronize_session": False},
            )
