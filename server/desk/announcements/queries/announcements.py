"""Announcements as the actor may read them: one's own, and those of the desks one works at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.announcements.models import (
    Announcement,
    AnnouncementItem,
    AnnouncementPerson,
    AnnouncementUpdate,
)
from server.desk.announcements.rules.lifecycle import AHEAD, LINGERS
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

_SORTS = {"starts_at": SortKey(Announcement.starts_at, datetime.fromisoformat)}
_SHOWN = 20
_READING = (Permission.TICKET_READ, Permission.TICKET_WORK)


@dataclass(frozen=True, slots=True)
class AnnouncementFilter:
    """Which announcements; "" narrows nothing. ``state``: "current" is published and not ended."""

    state: str = ""
    kind: str = ""
    text: str = ""


def _columns(actor: Actor) -> ScopeColumns:
    mine = false() if actor.person_id is None else _concerns(actor.person_id)
    return ScopeColumns(organisation=Announcement.organisation_id, own=mine)


def _concerns(person_id: int) -> ColumnElement[bool]:
    told = select(AnnouncementPerson.person_id).where(
        AnnouncementPerson.announcement_id == Announcement.id,
        AnnouncementPerson.person_id == person_id,
    )
    return told.correlate(Announcement).exists()


def writable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Announcement`` under which the actor writes it."""
    return visible(actor, Permission.TICKET_WORK, _columns(actor))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which the actor reads it: a draft is read by its writers alone."""
    told = Announcement.published_at.is_not(None)
    return or_(and_(told, visible(actor, Permission.TICKET_READ, _columns(actor))), writable(actor))


def _require_reading(actor: Actor) -> None:
    if not any(actor.may(one) for one in _READING):
        raise PermissionDenied(Permission.TICKET_READ)


def list_announcements(
    session: Session, actor: Actor, wanted: AnnouncementFilter, request: PageRequest
) -> Page[Announcement]:
    """Return one page of what is in sight, the latest beginning first."""
    _require_reading(actor)
    if not request.sort:
        request = PageRequest("-starts_at", request.cursor, request.limit)
    query = select(Announcement).where(readable(actor), *_conditions(wanted))
    return fetch_page(session, query, request, _SORTS, Announcement.id)


def _conditions(wanted: AnnouncementFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        state = {"current": "published"}.get(wanted.state, wanted.state)
        found.append(Announcement.state == state)
    if wanted.kind:
        found.append(Announcement.kind == wanted.kind)
    if wanted.text:
        found.append(Announcement.title.icontains(wanted.text, autoescape=True))
    return found


def find_announcement(
    session: Session, actor: Actor, announcement_id: int, *, writing: bool = False
) -> Announcement:
    """Return an announcement, locked for ``writing``. Raises ``NotFound``, ``PermissionDenied``."""
    if writing:
        actor.require(Permission.TICKET_WORK)
    else:
        _require_reading(actor)
    sight = writable(actor) if writing else readable(actor)
    query = select(Announcement).where(Announcement.id == announcement_id, sight)
    if writing:
        query = query.with_for_update(of=Announcement).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("announcement", announcement_id)
    return found


def may_write(actor: Actor, row: Announcement) -> bool:
    """Say whether the actor writes an announcement in sight."""
    return actor.may(Permission.TICKET_WORK, row.organisation_id)


def now_announced(session: Session, actor: Actor, now: datetime) -> Sequence[Announcement]:
    """Return what concerns the actor now or soon, outages first: for the portal. One statement."""
    if actor.person_id is None:
        return ()
    query = (
        select(Announcement)
        .where(_concerns(actor.person_id), _current(now))
        .order_by(Announcement.ended_at.is_not(None), Announcement.starts_at, Announcement.id)
        .limit(_SHOWN)
    )
    return session.scalars(query).all()


def announced_about(
    session: Session, actor: Actor, item_ids: Sequence[int], now: datetime
) -> Sequence[Announcement]:
    """Return what is announced now or soon of any of the items, as far as it is in sight."""
    if not item_ids or not any(actor.may(one) for one in _READING):
        return ()
    about = select(AnnouncementItem.announcement_id).where(
        AnnouncementItem.item_id.in_(list(item_ids)[:500])
    )
    query = (
        select(Announcement)
        .where(Announcement.id.in_(about), readable(actor), _current(now))
        .order_by(Announcement.starts_at, Announcement.id)
        .limit(_SHOWN)
    )
    return session.scalars(query).all()


def _current(now: datetime) -> ColumnElement[bool]:
    """Return the condition that it runs, begins soon, or has ended a short while ago."""
    return or_(
        and_(Announcement.state == "published", Announcement.starts_at <= now + AHEAD),
        and_(Announcement.state == "ended", Announcement.ended_at > now - LINGERS),
    )


def of_source(session: Session, source: str) -> Sequence[Announcement]:
    """Return what was drafted from a change or ticket and is not over, whoever asks."""
    open_states = Announcement.state.in_(("draft", "published"))
    query = select(Announcement).where(Announcement.source == source, open_states)
    return session.scalars(query.order_by(Announcement.id).with_for_update()).all()


def items_named(session: Session, announcement_id: int) -> list[int]:
    """Return what an announcement is about, whoever asks."""
    query = select(AnnouncementItem.item_id).where(
        AnnouncementItem.announcement_id == announcement_id
    )
    return sorted(session.scalars(query))


def items_shown(session: Session, actor: Actor, announcement_id: int) -> Sequence[Item]:
    """Return what it is about, of the items in sight, by name."""
    query = (
        select(Item)
        .join(AnnouncementItem, AnnouncementItem.item_id == Item.id)
        .where(AnnouncementItem.announcement_id == announcement_id, visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )
    return session.scalars(query).all()


def updates_of(
    session: Session, announcement_id: int
) -> Sequence[tuple[AnnouncementUpdate, Person | None]]:
    """Return what was said later of an announcement that the caller has found, newest first."""
    query = (
        select(AnnouncementUpdate, Person)
        .outerjoin(Person, Person.id == AnnouncementUpdate.person_id)
        .where(AnnouncementUpdate.announcement_id == announcement_id)
        .order_by(AnnouncementUpdate.id.desc())
        .limit(200)
    )
    return [(update, person) for update, person in session.execute(query)]
