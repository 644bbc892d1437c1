"""Writing announcements: drafted, published, updated until the end."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from cmdb.model.text import clean
from cmdb.query.items import find_items
from cmdb.records.parties import Organisation
from server.desk.announcements.actions.telling import let_tell, widen_audience
from server.desk.announcements.models import Announcement, AnnouncementItem, AnnouncementUpdate
from server.desk.announcements.queries.announcements import find_announcement, of_source
from server.desk.announcements.rules.lifecycle import (
    TEXT_LENGTH,
    TEXTS,
    AnnouncementDraft,
    faults_of,
    may_become,
)
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

#: Items that one announcement may name; the graph says what hangs on them.
MAX_ITEMS = 200


def write_announcement(
    session: Session, actor: Actor, draft: AnnouncementDraft, now: datetime, source: str = ""
) -> Announcement:
    """Write a draft; nobody is told yet. Raises ``InvalidValue``, ``PermissionDenied``.

    ``source``: the change or ticket in the actor's sight that it is drafted from.
    """
    actor.require(Permission.TICKET_WORK)
    if draft.organisation_id is None:
        draft = replace(draft, organisation_id=actor.organisation_id)
    draft = _checked(session, actor, draft)
    row = Announcement(
        state="draft",
        source=source,
        created_at=now,
        created_by_id=actor.person_id,
        version=0,
        people_count=0,
    )
    return _save(session, row, draft, now)


def change_announcement(
    session: Session, actor: Actor, announcement_id: int, draft: AnnouncementDraft, now: datetime
) -> Announcement:
    """Write an announcement anew. Raises ``Conflict`` when it is over, ``InvalidValue``."""
    row = find_announcement(session, actor, announcement_id, writing=True)
    if row.state not in ("draft", "published"):
        raise Conflict("what is over is not written anew")
    draft = replace(draft, organisation_id=draft.organisation_id or row.organisation_id)
    draft = _checked(session, actor, draft)
    saved = _save(session, row, draft, now)
    if row.state == "published":
        widen_audience(session, row)
    return saved


def _save(
    session: Session, row: Announcement, draft: AnnouncementDraft, now: datetime
) -> Announcement:
    for name in (*TEXTS, "kind", "audience", "expected_end_at", "organisation_id"):
        setattr(row, name, getattr(draft, name))
    row.starts_at = draft.starts_at or now
    row.updated_at, row.version = now, row.version + 1
    session.add(row)
    session.flush()
    session.execute(delete(AnnouncementItem).where(AnnouncementItem.announcement_id == row.id))
    if draft.item_ids:
        named = [{"announcement_id": row.id, "item_id": one} for one in draft.item_ids]
        session.execute(insert(AnnouncementItem), named)
    return row


def _checked(session: Session, actor: Actor, draft: AnnouncementDraft) -> AnnouncementDraft:
    texts: dict[str, Any] = {
        name: clean(getattr(draft, name), multiline=name not in ("title", "contact"))
        for name in TEXTS
    }
    draft = replace(draft, **texts, item_ids=tuple(dict.fromkeys(draft.item_ids)))
    faults = faults_of(draft)
    if len(draft.item_ids) > MAX_ITEMS:
        faults["item_ids"] = f"must not name more than {MAX_ITEMS} items"
    else:
        seen = find_items(session, list(draft.item_ids), visible_items(actor))
        for number, item_id in enumerate(draft.item_ids):
            if item_id not in seen:
                faults[f"item_ids.{number}"] = f"there is no item {item_id}"
    place = draft.organisation_id
    if place is None:
        faults["organisation_id"] = "say which organisation it belongs to"
    elif session.get(Organisation, place) is None or not actor.may(Permission.TICKET_WORK, place):
        faults["organisation_id"] = f"there is no organisation {place}"
    if faults:
        raise InvalidValue(faults)
    return draft


def move_announcement(
    session: Session, actor: Actor, announcement_id: int, state: str, text: str, now: datetime
) -> Announcement:
    """Publish, end or withdraw; whoever was told before is told that it is over.

    Raises ``Conflict`` for a step that does not follow, ``InvalidValue``, ``NotFound``.
    """
    row = find_announcement(session, actor, announcement_id, writing=True)
    if not may_become(row.state, state):
        raise Conflict(f"an announcement that is {row.state} does not become {state}")
    _move(session, row, state, actor.person_id, _told(text), now)
    audit.record(session, actor, f"announcement.{state}", f"announcement:{row.id}")
    return row


def _move(
    session: Session,
    row: Announcement,
    state: str,
    person_id: int | None,
    text: str,
    now: datetime,
) -> None:
    row.state, row.updated_at, row.version = state, now, row.version + 1
    if state == "published":
        row.published_at = now
        session.flush()
        widen_audience(session, row)
        let_tell(session, row.id)
        return
    row.ended_at = now
    session.flush()
    if row.published_at is not None:
        _say(session, row, person_id, text, now)


def update_announcement(
    session: Session,
    actor: Actor,
    announcement_id: int,
    text: str,
    expected_end_at: datetime | None,
    now: datetime,
) -> AnnouncementUpdate:
    """Say something more to whoever was told, and when the end is expected now.

    Raises ``Conflict`` for one that is not published, ``InvalidValue``, ``NotFound``.
    """
    row = find_announcement(session, actor, announcement_id, writing=True)
    if row.state != "published":
        raise Conflict("only what is published and not over is told more of")
    told = _told(text)
    if not told:
        raise InvalidValue({"text": "must not be empty"})
    if expected_end_at is not None and expected_end_at <= row.starts_at:
        raise InvalidValue({"expected_end_at": "must be later than starts_at"})
    if expected_end_at is not None:
        row.expected_end_at = expected_end_at
    return _say(session, row, actor.person_id, told, now, expected_end_at)


def _told(text: str) -> str:
    told = clean(text, multiline=True)
    if len(told) > TEXT_LENGTH:
        raise InvalidValue({"text": f"must not be longer than {TEXT_LENGTH}"})
    return told


def _say(
    session: Session,
    row: Announcement,
    person_id: int | None,
    text: str,
    now: datetime,
    expected_end_at: datetime | None = None,
) -> AnnouncementUpdate:
    update = AnnouncementUpdate(
        announcement_id=row.id,
        at=now,
        person_id=person_id,
        text=text,
        expected_end_at=expected_end_at,
    )
    row.updated_at, row.version = now, row.version + 1
    session.add(update)
    session.flush()
    widen_audience(session, row)
    let_tell(session, row.id, update.id)
    return update


def follow_source(
    session: Session, source: str, person_id: int | None, text: str, now: datetime
) -> int:
    """Say to whom an announcement of a change or ticket went what is announced there."""
    running = [one for one in of_source(session, source) if one.state == "published"]
    for row in running:
        _say(session, row, person_id, text[:TEXT_LENGTH], now)
    return len(running)


def end_with_source(
    session: Session, source: str, person_id: int | None, text: str, now: datetime
) -> int:
    """End what was announced of a change or ticket that is over; drafts of it are withdrawn."""
    found = of_source(session, source)
    for row in found:
        state = "ended" if row.state == "published" else "withdrawn"
        _move(session, row, state, person_id, text[:TEXT_LENGTH], now)
    return len(found)


def pass_on_source(session: Session, source: str, following: str) -> None:
    """Let what was announced of a ticket that went into another one go on with that."""
    for row in of_source(session, source):
        row.source = following
    session.flush()
