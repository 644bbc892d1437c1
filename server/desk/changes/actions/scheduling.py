"""Freezes, windows for maintenance, feeds of the calendar, and moving a change within it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from server.desk.changes.actions.editing import edit_change
from server.desk.changes.models import CalendarFeed, CalendarWindow, Change
from server.desk.changes.queries import Foresight, Plan, foresee, lock_change, plan_of
from server.desk.changes.queries.calendar import calendar_of
from server.desk.changes.queries.collisions import collisions_of
from server.desk.changes.rules.ical import Event, calendar
from server.desk.changes.rules.windows import Period
from server.desk.tickets.actions.checking import (
    Problems,
    check_items,
    check_organisation,
    text_of,
    title_of,
)
from server.foundation.audit import record
from server.foundation.permissions import Actor, Permission
from server.people.authentication import load_actor
from server.people.rules.credentials import new_session_secret, secret_hash

KINDS = ("freeze", "maintenance")


@dataclass(frozen=True, slots=True)
class WindowDraft:
    """A freeze or a window for maintenance; see ``CalendarWindow``."""

    kind: str
    name: str
    starts_at: datetime
    ends_at: datetime
    organisation_id: int | None = None
    reason: str = ""
    repeats: str = ""
    time_zone: str = "UTC"
    item_ids: Sequence[int] = field(default_factory=tuple)
    class_codes: Sequence[str] = field(default_factory=tuple)
    service_ids: Sequence[int] = field(default_factory=tuple)
    site_ids: Sequence[int] = field(default_factory=tuple)


def add_window(session: Session, actor: Actor, draft: WindowDraft, now: datetime) -> CalendarWindow:
    """Let a freeze or a window hold from now on. Raises ``InvalidValue``."""
    actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_APPROVE, organisation_id)
    named = Problems()
    name = title_of(named, draft.name)
    problems.add("name", named.fields.get("title", ""))
    _check_times(problems, draft, now)
    for place in ("item_ids", "service_ids", "site_ids"):
        check_items(session, actor, problems, place, getattr(draft, place))
    for number, code in enumerate(draft.class_codes):
        known = standing_model().find_class(code) is not None
        problems.add(f"class_codes.{number}", "" if known else f"there is no class {code!r}")
    reason = text_of(problems, "reason", draft.reason)
    problems.refuse()
    window = CalendarWindow(
        organisation_id=organisation_id,
        kind=draft.kind,
        name=name,
        reason=reason,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        repeats=draft.repeats,
        time_zone=draft.time_zone,
        item_ids=list(draft.item_ids),
        class_codes=list(draft.class_codes),
        service_ids=list(draft.service_ids),
        site_ids=list(draft.site_ids),
        created_by_id=actor.person_id,
        created_at=now,
    )
    session.add(window)
    session.flush()
    record(session, actor, f"{draft.kind}_added", f"calendar_window:{window.id}")
    return window


def _check_times(problems: Problems, draft: WindowDraft, now: datetime) -> None:
    problems.add("kind", "" if draft.kind in KINDS else f"must be one of {', '.join(KINDS)}")
    if draft.ends_at <= draft.starts_at:
        problems.add("ends_at", "must be later than starts_at")
    elif not draft.repeats and draft.ends_at <= now:
        problems.add("ends_at", "has passed")
    if draft.repeats not in ("", "weekly"):
        problems.add("repeats", "must be one of weekly")
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.add("time_zone", f"{draft.time_zone!r} is not known")


def suspend_window(
    session: Session, actor: Actor, window_id: int, reason: str, now: datetime
) -> CalendarWindow:
    """Let a freeze or a window hold no longer; why stays written. Raises ``InvalidValue``."""
    window = _window(session, actor, window_id)
    if window.suspended_at is not None:
        raise Conflict("this holds no longer already")
    problems = Problems()
    words = text_of(problems, "reason", reason)
    problems.add("reason", "" if words else "must not be empty")
    problems.refuse()
    window.suspended_at, window.suspended_by_id = now, actor.person_id
    window.suspended_reason = words
    session.flush()
    record(session, actor, f"{window.kind}_suspended", f"calendar_window:{window.id}")
    return window


def _window(session: Session, actor: Actor, window_id: int) -> CalendarWindow:
    found = session.scalar(
        select(CalendarWindow).where(CalendarWindow.id == window_id).with_for_update()
    )
    if found is None or not actor.may(Permission.CHANGE_READ, found.organisation_id):
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("window", window_id)
    actor.require(Permission.CHANGE_APPROVE, found.organisation_id)
    return found


def move_window(
    session: Session, actor: Actor, reference: str | int, start: datetime, now: datetime
) -> Change:
    """Let a change begin at another time, as long as it was; an edit, so it voids approvals.

    Raises ``Conflict`` naming the freeze or the changes that forbid it, ``InvalidValue``.
    """
    change = lock_change(session, actor, reference)
    if change.window_start is None or change.window_end is None:
        raise InvalidValue({"window_start": "the change has no window yet"})
    end = start + (change.window_end - change.window_start)
    plan = plan_of(session, change)
    names = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    found = foresee(session, Plan(**names | {"window_start": start, "window_end": end}))
    if found.freezes and change.kind != "emergency":
        told = ", ".join(one.name for one in found.freezes)
        raise Conflict(f"a freeze forbids it: {told}")
    if found.meetings:
        raise Conflict(f"it would collide with: {_met(session, actor, found)}")
    values = {"window_start": start, "window_end": end}
    return edit_change(session, actor, change.id, values, now)


def _met(session: Session, actor: Actor, found: Foresight) -> str:
    """Name the changes in sight that are met, and count the others."""
    clashes = collisions_of(session, actor, found.meetings)
    told = [one.change.reference for one in clashes.seen[:5]]
    rest = clashes.number - len(told)
    return ", ".join(told) + (f" +{rest}" if rest else "")


def open_feed(session: Session, actor: Actor, name: str, now: datetime) -> tuple[CalendarFeed, str]:
    """Return a new feed and its secret, never to be seen again. Raises ``InvalidValue``."""
    actor.require(Permission.CHANGE_READ)
    if actor.person_id is None:
        raise InvalidValue({"name": "a feed is somebody's"})
    named = Problems()
    title = title_of(named, name)
    if named.fields:
        raise InvalidValue({"name": named.fields["title"]})
    secret = new_session_secret()
    feed = CalendarFeed(
        person_id=actor.person_id, name=title, secret_hash=secret_hash(secret), created_at=now
    )
    session.add(feed)
    session.flush()
    record(session, actor, "calendar_feed_opened", f"calendar_feed:{feed.id}")
    return feed, secret


def revoke_feed(session: Session, actor: Actor, feed_id: int, now: datetime) -> None:
    """Let a feed be read no longer. Raises ``NotFound`` for one that is not the actor's."""
    feed = session.get(CalendarFeed, feed_id, with_for_update=True)
    if feed is None or feed.person_id != actor.person_id:
        raise NotFound("feed", feed_id)
    if feed.revoked_at is None:
        feed.revoked_at = now
        session.flush()
        record(session, actor, "calendar_feed_revoked", f"calendar_feed:{feed.id}")


def read_feed(session: Session, secret: str, days: Period, now: datetime, base: str) -> str:
    """Return the calendar behind a secret, as its person may see it today. Raises ``NotFound``."""
    feed = session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.secret_hash == secret_hash(secret), CalendarFeed.revoked_at.is_(None)
        )
    )
    actor = load_actor(session, feed.person_id) if feed else None
    if actor is None or not actor.may(Permission.CHANGE_READ):
        raise NotFound("feed", "")
    found = calendar_of(session, actor, days)
    events = [
        Event(
            change.reference,
            change.window_start,
            change.window_end,
            f"{change.reference} {change.title}",
            url=f"{base}/changes/{change.reference}",
            tentative=change.state in ("assessment", "approval"),
        )
        for change in found.changes
        if change.window_start and change.window_end
    ]
    events += [
        Event(f"window-{row.id}-{here.start:%Y%m%d}", here.start, here.end, row.name, row.reason)
        for row, here in found.windows
    ]
    events += [
        Event(
            release.reference,
            span.start,
            span.end,
            f"{release.reference} {release.title}",
            url=f"{base}/changes/releases/{release.reference}",
            tentative=True,
        )
        for release, span in found.releases
    ]
    return calendar("Cadastre", events, now)
