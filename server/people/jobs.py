"""Background work: synchronising directories, and clearing away what is long over."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from server.foundation.allowances import forget_spent
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.queue import enqueue
from server.people.actions.attempts import forget_attempts
from server.people.actions.rosters import READ_ROSTER
from server.people.models import Directory, PendingSignIn, RosterRun, SamlAnswer, WebSession
from server.people.rostering import carry_out
from server.people.sources import access_of
from server.people.sync import sync_directory

#: Kinds, as in ``server.wiring.JOBS``.
SYNC_DIRECTORY = "people.sync_directory"
SYNC_DIRECTORIES = "people.sync_directories"
SYNC_CHANGES = "people.sync_changes"
TIDY = "people.tidy"

_KEEP_SESSIONS = timedelta(days=30)
#: A delivery that nobody gave their word for is let go, people's particulars with it.
_KEEP_HELD = timedelta(days=7)

__all__ = ["READ_ROSTER"]


def sync_key(directory_id: int) -> str:
    """Return the key under which one synchronisation of a directory waits and runs at a time."""
    return f"directory:{directory_id}"


def run_sync(context: JobContext) -> Mapping[str, Any]:
    """Synchronise one directory. Payload: ``directory_id``, ``confirm``, ``delta``."""
    report = sync_directory(
        context.database,
        access_of(context.settings),
        context.payload["directory_id"],
        utc_now(),
        confirm=bool(context.payload.get("confirm", False)),
        delta=bool(context.payload.get("delta", False)),
    )
    return report.document()


def run_all_syncs(context: JobContext) -> None:
    """Ask for a synchronisation of every directory that is switched on."""
    with context.database.writing() as session:
        for directory_id in session.scalars(select(Directory.id).where(Directory.enabled)):
            enqueue(
                session,
                SYNC_DIRECTORY,
                {"directory_id": directory_id},
                key=sync_key(directory_id),
            )


def run_all_deltas(context: JobContext) -> None:
    """Ask what changed in every directory of which a whole read left a mark."""
    with context.database.writing() as session:
        for row in session.scalars(select(Directory).where(Directory.enabled)):
            if row.state.get("value"):
                payload = {"directory_id": row.id, "delta": True}
                enqueue(session, SYNC_DIRECTORY, payload, key=sync_key(row.id))


def read_roster(context: JobContext) -> Mapping[str, Any]:
    """Carry out one delivery of a personnel list. Payload: ``run_id``, ``confirm``."""
    confirm = bool(context.payload.get("confirm", False))
    run_id = int(context.payload["run_id"])
    return carry_out(context.database, run_id, utc_now(), confirm=confirm).document()


def tidy(context: JobContext) -> None:
    """Delete sessions and attempts to sign in that are long over."""
    now = utc_now()
    with context.database.writing() as session:
        forget_attempts(session, now)
        forget_spent(session, now)
        session.execute(delete(WebSession).where(WebSession.expires_at < now - _KEEP_SESSIONS))
        session.execute(
            update(RosterRun)
            .where(RosterRun.state == "held", RosterRun.started_at < now - _KEEP_HELD)
            .values(state="replaced", packed=None)
        )
        session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at < now))
        session.execute(delete(SamlAnswer).where(SamlAnswer.expires_at < now))
