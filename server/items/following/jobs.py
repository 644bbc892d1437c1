"""Background work over items that people follow."""

from collections.abc import Mapping
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.items.following.looking import follow_up

#: The kind of job, as in ``server.wiring.JOBS``.
WATCH_ITEMS = "items.follow"


def watch_items(context: JobContext) -> Mapping[str, Any]:
    """Tell followers of items that were retired or came back, fell silent or were heard again."""
    return follow_up(context.database, utc_now(), context.go_on)
