"""Background work over views: those who watch one are told of what entered."""

from collections.abc import Callable, Mapping
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.items.listing.views import ViewKind
from server.items.listing.watching import has_moved, look, watches

#: The kind of job, as in ``server.wiring.JOBS``.
WATCH_VIEWS = "views.watch"


def view_watcher(*kinds: ViewKind) -> Callable[[JobContext], Mapping[str, Any]]:
    """Return the job that looks at every view of these kinds that somebody watches.

    What did not move is only read; each look that tells something is a transaction of its own.
    """
    by_code = {kind.code: kind for kind in kinds}

    def run(context: JobContext) -> Mapping[str, Any]:
        with context.database.reading() as session:
            watched = watches(session)
        entered = 0
        for view_id, person_id in watched:
            context.go_on()
            with context.database.reading() as session:
                moved = has_moved(session, by_code, view_id, person_id)
            if not moved:
                continue
            with context.database.writing() as session:
                entered += look(session, by_code, view_id, person_id, utc_now())
        return {"views": len(watched), "entered": entered}

    return run
