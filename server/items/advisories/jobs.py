"""New releases of software are held against the advisories that are known."""

from server.foundation.jobs.handler import JobContext
from server.items.advisories.actions import match_new_releases

MATCH = "advisories.match"


def run_matching(context: JobContext) -> None:
    """Match what has come into the catalogue since the last time."""
    more = True
    while more:
        with context.database.writing() as session:
            more = match_new_releases(session) > 0
