"""Looking whether promises about services run out."""

from collections.abc import Mapping
from typing import Any

from server.desk.availability.actions.telling import levels_to_tell, tell_levels
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

WATCH_AVAILABILITY = "availability.watch"


def watch_availability(context: JobContext) -> Mapping[str, Any]:
    """Tell of each level that a promise has reached, a service and month in each transaction.

    A run that is cut off leaves nothing half-told: the level and whom it was told to are one.
    """
    now, told = utc_now(), 0
    with context.database.reading() as session:
        found = levels_to_tell(session, now)
    for service_id, month in found:
        context.go_on()
        with context.database.writing() as session:
            told += tell_levels(session, service_id, month, now)
    return {"services": len(found), "told": told}
