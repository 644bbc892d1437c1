"""Administrators hear of it when the last good backup is too old."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.audit import AuditEntry
from server.foundation.backup.standing import Standing, standing_of
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Permission
from server.foundation.settings import Settings
from server.notify.actions import Notice, tell
from server.people.organisations import root_organisation
from server.people.queries.emergencies import administrators_of

#: The kind of job, as in ``server.wiring.JOBS``.
WATCH_BACKUPS = "notify.backups"
_PATH = "/administration/jobs"


def watch_backups(context: JobContext) -> Mapping[str, Any]:
    """Tell those who look after background work everywhere, once a day while it is so."""
    now = utc_now()
    with context.database.reading() as session:
        if not backup_standing(session, context.settings, now).too_old:
            return {"told": 0}
    with context.database.writing() as session:
        return {"told": _tell(session, context.settings, now)}


def backup_standing(session: Session, settings: Settings, now: datetime) -> Standing:
    """Return how old the newest backup is; what was begun today has nothing to save yet."""
    return standing_of(settings, _begun(session) or now, now)


def _begun(session: Session) -> datetime | None:
    """Return when the first act was recorded: the installation's beginning."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.seq).limit(1))


def _tell(session: Session, settings: Settings, now: datetime) -> int:
    root = root_organisation(session)
    if root is None:
        return 0
    standing = backup_standing(session, settings, now)
    since = standing.made_at or _begun(session) or now
    whom = administrators_of(session, root.id, Permission.ADMIN_JOBS)
    detail = {"text": f"{since:%Y-%m-%d %H:%M} UTC"}
    return tell(session, whom, Notice("backup_late", f"backup:{now:%Y-%m-%d}", _PATH, detail), now)
