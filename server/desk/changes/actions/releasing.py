"""Releases: drafting and editing one, and putting changes into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.model import standing_model
from cmdb.model.text import clean
from cmdb.model.values import ValueType
from server.desk.changes.events import ChangeEdited
from server.desk.changes.models import Change, Release
from server.desk.changes.queries import find_release, lock_change, lock_release
from server.desk.tickets.actions.checking import (
    TITLE_LENGTH,
    Problems,
    check_organisation,
    text_of,
    title_of,
)
from server.desk.tickets.actions.references import next_reference
from server.foundation.audit import record
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

PREFIX = "REL"
_FIELDS = ("title", "notes", "product", "attribute", "target_version")


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """A release: software by its name, or the attribute by which devices say their version."""

    title: str
    target_version: str
    product: str = ""
    attribute: str = ""
    notes: str = ""
    organisation_id: int | None = None


def draft_release(session: Session, actor: Actor, draft: ReleaseDraft, now: datetime) -> Release:
    """Begin a release without changes. Raises ``InvalidValue`` naming every field that is wrong."""
    actor.require(Permission.CHANGE_WRITE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_WRITE, organisation_id)
    values = _checked(problems, {name: getattr(draft, name) for name in _FIELDS})
    problems.refuse()
    release = Release(
        **values,
        organisation_id=organisation_id,
        created_by_id=actor.person_id,
        created_at=now,
        reference=next_reference(session, PREFIX),
    )
    session.add(release)
    session.flush()
    record(session, actor, "release_drafted", f"release:{release.id}")
    return release


def edit_release(
    session: Session, actor: Actor, reference: str | int, values: Mapping[str, Any]
) -> Release:
    """Change fields; what is not named stays. Raises ``InvalidValue``, ``NotFound``."""
    release = lock_release(session, actor, reference)
    problems = Problems()
    for name, value in values.items():
        fault = "cannot be edited" if name not in _FIELDS else ""
        problems.add(name, fault or ("must not be null" if value is None else ""))
    problems.refuse()
    stored = {name: getattr(release, name) for name in _FIELDS}
    wanted = _checked(problems, stored | dict(values))
    problems.refuse()
    changed = {
        name: [stored[name], wanted[name]] for name in _FIELDS if stored[name] != wanted[name]
    }
    if not changed:
        return release
    for name in changed:
        setattr(release, name, wanted[name])
    release.version += 1
    session.flush()
    record(session, actor, "release_edited", f"release:{release.id}", changed)
    return release


def remove_release(session: Session, actor: Actor, reference: str | int) -> None:
    """Take a release away that bundles nothing. Raises ``Conflict`` while it does."""
    release = lock_release(session, actor, reference)
    inside = select(Change.id).where(Change.release_id == release.id)
    if session.scalar(inside.limit(1)) is not None:
        raise Conflict("a release with changes in it stays")
    session.delete(release)
    session.flush()
    record(session, actor, "release_removed", f"release:{release.id}")


def put_into_release(
    session: Session, actor: Actor, reference: str | int, change: str | int, now: datetime
) -> Change:
    """Bundle an open change; one that is in there already stays. Raises ``Conflict``."""
    release = lock_release(session, actor, reference)
    found = lock_change(session, actor, change)
    if found.release_id == release.id:
        return found
    if found.release_id is not None:
        raise Conflict("this change belongs to another release already")
    if not found.is_open:
        raise Conflict("a change that is over joins no release")
    return _set(session, actor, found, release, now)


def take_out_of_release(
    session: Session, actor: Actor, reference: str | int, change: str | int, now: datetime
) -> Change:
    """Let a change stand for itself again. Raises ``Conflict`` for one that is over."""
    release = lock_release(session, actor, reference)
    found = lock_change(session, actor, change)
    if found.release_id != release.id:
        raise Conflict("this change is not in the release")
    if not found.is_open:
        raise Conflict("a change that is over stays in its release")
    return _set(session, actor, found, None, now)


def _set(
    session: Session, actor: Actor, change: Change, release: Release | None, now: datetime
) -> Change:
    """Write it; approvals stand, for what a change does is the same in or out of a release."""
    before = find_release(session, actor, change.release_id) if change.release_id else None
    change.release_id = release.id if release else None
    change.updated_at = now
    change.version += 1
    session.flush()
    names = [one.reference if one else None for one in (before, release)]
    publish(session, ChangeEdited(change.id, now, actor.person_id, {"release_id": names}, ()))
    return change


def _checked(problems: Problems, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are stored."""
    found = {
        "title": title_of(problems, values["title"]),
        "notes": text_of(problems, "notes", values["notes"]),
    }
    for name in ("product", "target_version"):
        found[name] = clean(values[name])
        if len(found[name]) > TITLE_LENGTH:
            problems.add(name, f"must not be longer than {TITLE_LENGTH}")
    problems.add("target_version", "" if found["target_version"] else "must not be empty")
    found["attribute"] = clean(values["attribute"])
    if not found["attribute"] and not found["product"]:
        problems.add("product", "name the software, or choose an attribute")
    if found["attribute"] and found["attribute"] not in version_attributes():
        problems.add("attribute", f"there is no attribute {found['attribute']!r} that is a version")
    return found


def version_attributes() -> dict[str, Mapping[str, str]]:
    """Return the attributes that hold a version, each with its labels."""
    model = standing_model()
    return {
        str(one.code): one.labels
        for item_class in model.classes
        for one in model.attributes_of(item_class.code)
        if one.type is ValueType.VERSION
    }
