"""The opening of tickets that are due by the calendar."""

from collections.abc import Mapping
from typing import Any

from server.desk.routines.actions.scheduling import open_due
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext

#: The kind of job that opens what is due.
OPEN_DUE = "routines.open"


def run_opening(context: JobContext) -> Mapping[str, Any]:
    """Open what is due, a few tickets in each transaction."""
    opened = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            found = open_due(session, utc_now())
        if found is None:
            return {"tickets": opened}
        opened += found
