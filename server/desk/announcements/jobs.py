"""The telling of announcements, batch by batch."""

from collections.abc import Mapping
from typing import Any

from server.desk.announcements.actions.telling import TELL, tell_some
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

__all__ = ["TELL", "run_telling"]


def run_telling(context: JobContext) -> Mapping[str, Any]:
    """Tell everybody of an announcement's audience; begun anew, it tells nobody twice."""
    asked, after, batches = context.payload, 0, 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            last = tell_some(
                session, asked["announcement_id"], asked["update_id"], after, utc_now()
            )
        batches += 1
        if last is None:
            return {"batches": batches}
        after = last
