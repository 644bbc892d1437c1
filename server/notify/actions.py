"""Telling people: rows in the transaction of what happened, and a job that sends the mail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.asking import asked
from cmdb.records.parties import Person
from server.foundation.errors import PermissionDenied
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.notify.models import Notification, NotificationPreference
from server.notify.rules.texts import kinds
from server.notify.rules.timing import WAYS, Wish, delivery

#: The kind of job that sends what is due, as in ``server.wiring.JOBS``.
DELIVER = "notify.deliver"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told: ``event_key`` names it, so that nobody hears it twice."""

    kind: str
    event_key: str
    path: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreferenceDraft:
    """How somebody wants to be told; minutes are of their local day."""

    mail: str = "at_once"
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest_at: int = 480
    muted: Sequence[str] = ()


def tell(session: Session, person_ids: Collection[int], notice: Notice, now: datetime) -> int:
    """Tell people who are active, each once; return how many. The mail leaves after the commit."""
    if not person_ids:
        return 0
    rows, times = [], set()
    for person in _heard_by(session, people=sorted(person_ids)):
        wish = Wish() if person.mail is None else _wish(person)
        at = delivery(wish, notice.kind, person.time_zone, now)
        if not person.email:
            at = None
        if at is not None:
            times.add(at)
        rows.append(
            {
                "person_id": person.id,
                "at": now,
                "kind": notice.kind,
                "event_key": notice.event_key,
                "detail": dict(notice.detail),
                "path": notice.path,
                "mail_state": "off" if at is None else "waiting",
                "deliver_at": at or now,
            }
        )
    _insert(session, rows)
    for at in times:
        _send(session, DELIVER if at <= now else f"{DELIVER}:{at}", at)
    return len(rows)


@asked
def _heard_by(_: str) -> Executable:
    """Read how active people want to be told; ``mail`` is None for who has not said."""
    wish = NotificationPreference
    return (
        select(
            Person.id,
            Person.email,
            Person.time_zone,
            wish.mail,
            wish.quiet_from,
            wish.quiet_to,
            wish.digest_at,
            wish.muted,
        )
        .outerjoin(wish, wish.person_id == Person.id)
        .where(Person.id.in_(bindparam("people", expanding=True)), Person.active)
    )


def _send(session: Session, key: str, at: datetime) -> None:
    """Ask for the job that sends the mail, once in a transaction.

    A step of a ticket tells several groups of people, and asking again changes nothing: what this
    transaction asked for waits for its end. Only what a savepoint may yet take back is not known.
    """
    transaction = session.get_transaction()
    known, asked = session.info.get("deliveries", (None, {}))
    if known is not transaction:
        asked = {}
    if key in asked and asked[key] <= at:
        return
    enqueue(session, DELIVER, key=key, run_at=at)
    if not session.in_nested_transaction():
        session.info["deliveries"] = (transaction, asked | {key: at})


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    connection = session.connection()
    connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Notification).on_conflict_do_nothing()


def wish_of(preference: NotificationPreference | None) -> Wish:
    """Return how somebody wants mail."""
    return Wish() if preference is None else _wish(preference)


def _wish(said: Any) -> Wish:
    """Return the wish of a preference, or of a row that holds its columns."""
    return Wish(said.mail, said.quiet_from, said.quiet_to, said.digest_at, frozenset(said.muted))


def mark_read(
    session: Session, actor: Actor, now: datetime, ids: Collection[int] | None = None
) -> int:
    """Mark one's own notifications as read, all of them without ``ids``; return how many."""
    query = update(Notification).where(
        Notification.person_id == person_of(actor), Notification.read_at.is_(None)
    )
    if ids is not None:
        query = query.where(Notification.id.in_(sorted(ids)))
    return int(session.execute(query.values(read_at=now)).rowcount)  # type: ignore[attr-defined]  # of an update


def save_preferences(
    session: Session, actor: Actor, draft: PreferenceDraft
) -> NotificationPreference:
    """Say how one wants to be told. Raises ``InvalidValue``."""
    person_id = person_of(actor)
    _check(draft)
    row = session.get(NotificationPreference, person_id)
    row = row or NotificationPreference(person_id=person_id)
    row.mail, row.digest_at = draft.mail, draft.digest_at
    row.quiet_from, row.quiet_to = draft.quiet_from, draft.quiet_to
    row.muted = sorted(set(draft.muted))
    session.add(row)
    session.flush()
    return row


def _check(draft: PreferenceDraft) -> None:
    faults: dict[str, str] = {}
    if draft.mail not in WAYS:
        faults["mail"] = f"must be one of {', '.join(WAYS)}"
    minutes = {"quiet_from": draft.quiet_from, "quiet_to": draft.quiet_to}
    for name, value in (minutes | {"digest_at": draft.digest_at}).items():
        if value is not None and not 0 <= value < 1440:
            faults[name] = "must be a time of day"
    if (draft.quiet_from is None) != (draft.quiet_to is None):
        faults["quiet_to"] = "quiet hours have a beginning and an end"
    strangers = set(draft.muted) - set(kinds())
    if strangers:
        faults["muted"] = f"must be one of {', '.join(kinds())}"
    if faults:
        raise InvalidValue(faults)


def person_of(actor: Actor) -> int:
    """Return the person who asks. Raises ``PermissionDenied`` for what is no person."""
    if actor.person_id is None:
        raise PermissionDenied(Permission.TICKET_READ)
    return actor.person_id
