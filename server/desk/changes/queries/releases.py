"""Releases in sight, the changes each bundles, and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import clean
from server.desk.changes.models import Change, Release
from server.desk.changes.queries.scope import visible_changes
from server.desk.changes.rules.releases import LEFT, Blocker, Part, blockers_of, progress_of
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible

#: The largest id a database takes; what is larger does not exist.
_MAX_ID = 2**63 - 1
#: Changes that one release shows.
_MOST = 500
_SORTS: Mapping[str, SortKey] = {"created": SortKey(Release.created_at, datetime.fromisoformat)}


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release and where it is: by the changes in sight, and when they begin and end."""

    release: Release
    progress: str
    changes: int
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """A release with its changes in sight, by their windows, and what stands in the way."""

    row: ReleaseRow
    changes: Sequence[Change]
    blockers: Sequence[Blocker]
    may_write: bool


def visible_releases(
    actor: Actor, permission: Permission = Permission.CHANGE_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Release`` under which the actor holds ``permission``."""
    return visible(actor, permission, ScopeColumns(organisation=Release.organisation_id))


def list_releases(session: Session, actor: Actor, request: PageRequest) -> Page[ReleaseRow]:
    """Return one page of the releases in sight, the newest first. Two queries."""
    actor.require(Permission.CHANGE_READ)
    asked = PageRequest(request.sort or "-created", request.cursor, request.limit)
    query = select(Release).where(visible_releases(actor))
    page = fetch_page(session, query, asked, _SORTS, Release.id)
    inside = changes_inside(session, actor, [release.id for release in page.rows])
    return Page([row_of(one, inside.get(one.id, ())) for one in page.rows], page.next_cursor)


def find_release(session: Session, actor: Actor, reference: str | int) -> Release:
    """Return a release by id or reference. Raises ``NotFound`` when there is none in sight."""
    found = session.scalar(select(Release).where(_named(reference), visible_releases(actor)))
    if found is None:
        actor.require(Permission.CHANGE_READ)
        raise NotFound("release", reference)
    return found


def lock_release(session: Session, actor: Actor, reference: str | int) -> Release:
    """Return a release that the actor may write, fresh and locked.

    Raises ``NotFound`` when it is out of sight, ``PermissionDenied`` when it is in sight only.
    """
    query = (
        select(Release)
        .where(_named(reference), visible_releases(actor, Permission.CHANGE_WRITE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query)
    if found is None:
        find_release(session, actor, reference)
        raise PermissionDenied(Permission.CHANGE_WRITE)
    return found


def release_page(session: Session, actor: Actor, reference: str | int) -> ReleasePage:
    """Return a release with its changes. Raises ``NotFound``."""
    release = find_release(session, actor, reference)
    changes = changes_inside(session, actor, [release.id]).get(release.id, [])
    return ReleasePage(
        row_of(release, changes),
        changes,
        blockers_of(map(_part, changes)),
        actor.may(Permission.CHANGE_WRITE, release.organisation_id),
    )


def changes_inside(
    session: Session, actor: Actor, release_ids: Sequence[int]
) -> dict[int, list[Change]]:
    """Return the changes of releases that are in sight, by their windows."""
    found: dict[int, list[Change]] = {}
    if not release_ids:
        return found
    query = (
        select(Change)
        .where(Change.release_id.in_(release_ids), visible_changes(actor))
        .order_by(func.coalesce(Change.window_start, Change.created_at), Change.id)
        .limit(_MOST * len(release_ids))
    )
    for change in session.scalars(query):
        found.setdefault(change.release_id or 0, []).append(change)
    return found


def releases_of(session: Session, actor: Actor, changes: Sequence[Change]) -> dict[int, Release]:
    """Return the releases in sight that changes belong to, by id."""
    ids = sorted({one.release_id for one in changes if one.release_id is not None})
    if not ids:
        return {}
    query = select(Release).where(Release.id.in_(ids), visible_releases(actor))
    return {one.id: one for one in session.scalars(query)}


def free_changes(session: Session, actor: Actor, limit: int = 100) -> list[Change]:
    """Return open changes that the actor may put into a release, the newest first."""
    query = select(Change).where(
        Change.is_open,
        Change.release_id.is_(None),
        visible_changes(actor, Permission.CHANGE_WRITE),
    )
    return list(session.scalars(query.order_by(Change.id.desc()).limit(limit)))


def row_of(release: Release, changes: Sequence[Change]) -> ReleaseRow:
    """Return where a release is by its changes."""
    going = [one for one in changes if one.state not in LEFT]
    starts = [one.window_start for one in going if one.window_start]
    ends = [one.window_end for one in going if one.window_end]
    return ReleaseRow(
        release,
        progress_of(map(_part, changes)),
        len(going),
        min(starts, default=None),
        max(ends, default=None),
    )


def _part(change: Change) -> Part:
    return Part(
        change.reference,
        change.state,
        change.window_start is not None,
        any(point.get("code") == "collides" for point in change.risk_points),
        change.verification,
        change.incident_count,
    )


def _named(reference: str | int) -> ColumnElement[bool]:
    text = str(reference).strip().upper()
    if text.isascii() and text.isdigit():
        return Release.id == min(int(text[:20]), _MAX_ID)
    return Release.reference == clean(text)
