"""Who hears of what happens to changes. Nobody hears of what they did themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.changes.events import (
    ApplicationHanded,
    ChangeEvent,
    ChangeHeld,
    ChangeMoved,
    ChangeVerified,
    UnauthorizedFound,
)
from server.desk.changes.models import Change
from server.desk.changes.queries.hearing import (
    doers_of,
    items_of_change,
    owners_of,
    watchers_of,
)
from server.desk.changes.rules.words import shipped_words
from server.foundation.permissions import Actor, Permission
from server.items.following.hearing import followers_of
from server.notify.actions import Notice, tell

#: Steps that are told to whoever follows what a change touches or hits.
_STEPS = ("scheduled", "implementing", "closed", "cancelled")
_EXCERPT = 500


def tell_change_move(session: Session, event: ChangeMoved) -> None:
    """Tell who follows an item or a service of a change that it is decided, begun, over or off."""
    if event.after not in _STEPS:
        return
    change = session.get_one(Change, event.change_id)
    labels = dict(shipped_words().states[event.after].labels)
    hearing = followers_of(session, items_of_change(session, change.id))
    # The times of one second: a template may take several steps at once.
    key = f"change:{change.id}:{event.after}:{event.at.isoformat()}"
    _tell(session, event, hearing, _notice(change, "change_moved", key, {"states": labels}))


def tell_verification(session: Session, event: ChangeVerified) -> None:
    """Tell author, implementer, owners and followers what was found after the window."""
    change = session.get_one(Change, event.change_id)
    labels = dict(shipped_words().verdicts[event.verdict])
    items = items_of_change(session, change.id)
    hearing = followers_of(session, items) | owners_of(session, items)
    key = f"change:{change.id}:verified:{event.at.isoformat()}"
    notice = _notice(change, "change_verified", key, {"states": labels})
    _tell(session, event, hearing, notice, doers_of(change))


def tell_hold(session: Session, event: ChangeHeld) -> None:
    """Tell author and implementer that a change did not begin by itself, and why."""
    change = session.get_one(Change, event.change_id)
    key = f"change:{change.id}:held:{event.at.isoformat()}"
    detail = {"text": event.why[:_EXCERPT]}
    _tell(session, event, {}, _notice(change, "change_held", key, detail), doers_of(change))


def tell_handing(session: Session, event: ApplicationHanded) -> None:
    """Tell somebody that it is theirs to write a plan into the register."""
    change = session.get_one(Change, event.change_id)
    key = f"change:{change.id}:handed:{event.to_id}:{event.at.isoformat()}"
    tell(session, {event.to_id}, _notice(change, "change_handed", key, {}), event.at)


def tell_unauthorized(session: Session, event: UnauthorizedFound) -> None:
    """Tell owners, followers and whoever set the watch that an item changed without approval."""
    item = session.get_one(Item, event.item_id)
    hearing = followers_of(session, [item.id]) | owners_of(session, [item.id])
    detail = {"reference": item.name, "text": ", ".join(event.subjects)[:_EXCERPT]}
    notice = Notice(
        "change_unauthorized", f"unauthorized:{event.history_id}", "/changes/unauthorized", detail
    )
    tell(session, set(hearing) | watchers_of(session, event.watch_ids), notice, event.at)


def _notice(change: Change, kind: str, key: str, detail: Mapping[str, Any]) -> Notice:
    values = {"reference": change.reference, "title": change.title} | dict(detail)
    return Notice(kind, key, f"/changes/{change.reference}", values)


def _tell(
    session: Session,
    event: ChangeEvent,
    hearing: Mapping[int, Actor],
    notice: Notice,
    doers: Iterable[int] = (),
) -> None:
    """Tell people; who may not read the change is led to their notifications only."""
    change = session.get_one(Change, event.change_id)
    readers = {
        person_id
        for person_id, actor in hearing.items()
        if actor.may(Permission.CHANGE_READ, change.organisation_id)
    } | set(doers)
    tell(session, readers - {event.person_id}, notice, event.at)
    others = set(hearing) - readers - {event.person_id}
    tell(session, others, replace(notice, path="/notifications"), event.at)
