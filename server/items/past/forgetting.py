"""The graph's past goes with the history: what lies before the horizon is let go, in pieces."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from cmdb.records.forgetting import forget_changes, forget_terms
from server.foundation.jobs.handler import JobContext
from server.items.past.recalling import horizon

#: Rows of one transaction: others write in between.
_PIECE = 5_000


def forget_graph(context: JobContext) -> None:
    """Let go of the change log before the horizon of history, if there is one.

    Terms go first, those whose changes an earlier night has let go: who asked for the past in that
    moment has long been answered.
    """
    with context.database.reading() as session:
        since = horizon(session)
    if since is None:
        return
    _in_pieces(context, lambda session: forget_terms(session, _PIECE))
    _in_pieces(context, lambda session: forget_changes(session, since, _PIECE))


def _in_pieces(context: JobContext, forget: Callable[[Session], int]) -> None:
    while True:
        context.go_on()
        with context.database.writing() as session:
            if not forget(session):
                return
