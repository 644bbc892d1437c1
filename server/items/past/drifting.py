"""Looking at watched baselines: what has left one opens a follow-up, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server.foundation.clock import utc_now
from server.foundation.events import publish
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import system_actor
from server.items.past.baselines import drift_of
from server.items.past.models import Baseline

#: The kind, as in ``server.wiring.JOBS``.
WATCH_BASELINES = "past.watch"


@dataclass(frozen=True, slots=True)
class BaselineLeft:
    """Items have left a watched baseline; published when it begins, not again while it lasts."""

    baseline_id: int
    organisation_id: int
    name: str
    created_by_id: int | None
    item_ids: tuple[int, ...]
    drifted: int


def watch_baselines(context: JobContext) -> Mapping[str, Any]:
    """Compare each watched baseline with what is now; tell of those that were left."""
    with context.database.reading() as session:
        ids = session.scalars(select(Baseline.id).where(Baseline.watched)).all()
    left = 0
    for baseline_id in ids:
        context.go_on()
        with context.database.writing() as session:
            row = session.get(Baseline, baseline_id)
            if row is None:
                continue
            found = drift_of(session, system_actor("baselines"), row)
            now = utc_now()
            row.checked_at, row.drifted = now, len(found)
            begins = bool(found) and row.drifted_at is None
            row.drifted_at = (row.drifted_at or now) if found else None
            if begins:
                left += 1
                there = tuple(one.item_id for one in found if one.act != "removed")
                event = BaselineLeft(
                    row.id, row.organisation_id, row.name, row.created_by_id, there, len(found)
                )
                publish(session, event)
    return {"baselines": len(ids), "left": left}
