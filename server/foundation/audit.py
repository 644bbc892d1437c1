"""The record of human and administrative acts, as one chain of hashes.

Each entry carries the hash of the one before it, so that a changed, removed or inserted entry
breaks the chain from there on. Entries are chained last thing before the commit, under a short
lock. People stand in it by number: erasing somebody's personal data leaves the chain whole.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from cmdb.records.base import Base, BigId, Key
from server.foundation.clock import utc_now
from server.foundation.exclusive import hold_exclusively
from server.foundation.permissions import Actor

#: What the first entry names as the hash before it.
BEGINNING = "0" * 64

_PENDING = "audit"
_BATCH = 1000


class AuditEntry(Base):
    """One act. Rows are added, never changed; ``seq`` has no gaps."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject", "seq"), Index(None, "person_id", "seq"))

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: "person:12", "token:12" (a token of person 12), "system:job".
    actor: Mapped[str] = mapped_column(Key)
    #: Who answers for it; no foreign key, because the entry outlives the person's row.
    person_id: Mapped[int | None] = mapped_column(BigId)
    request_id: Mapped[str] = mapped_column(Key)
    act: Mapped[str] = mapped_column(Key, index=True)
    #: What it was done to, as "<kind>:<id>".
    subject: Mapped[str] = mapped_column(Key)
    detail: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(Key)
    hash: Mapped[str] = mapped_column(Key)


@dataclass(frozen=True, slots=True)
class _Noted:
    """An act that will be chained, unless a savepoint it was done in is rolled back."""

    values: Mapping[str, Any]
    savepoints: frozenset[SessionTransaction]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ``verify`` found. ``broken_at`` is the first entry that does not fit, or None."""

    entries: int
    head: str
    broken_at: int | None = None
    fault: str = ""

    @property
    def whole(self) -> bool:
        """Say whether the chain holds."""
        return self.broken_at is None


def record(
    session: Session,
    actor: Actor | None,
    act: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note an act of ``actor`` (None: nobody known, as in a refused sign-in).

    ``detail`` holds text, whole numbers, booleans, lists and mappings of them: no personal data, no
    secrets, no fractions (the databases write those differently). The entry is chained when the
    transaction commits; rolled back, it never was.
    """
    values = {
        "actor": "nobody" if actor is None else _name(actor),
        "person_id": None if actor is None else actor.person_id,
        "request_id": session.info.get("request_id", "") or (actor.request_id if actor else ""),
        "act": act,
        "subject": subject,
        "detail": _plain(detail or {}),
    }
    _pending(session).append(_Noted(values, _open_savepoints(session)))


def verify(session: Session) -> Verdict:
    """Walk the whole chain. Complexity: one pass, constant memory."""
    previous, count = BEGINNING, 0
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=_BATCH)
    with session.scalars(query) as entries:
        for entry in entries:
            fault = _fault(entry, count + 1, previous)
            if fault:
                return Verdict(count, previous, entry.seq, fault)
            previous, count = entry.hash, count + 1
    return Verdict(count, previous)


def head(session: Session | Connection) -> tuple[int, str]:
    """Return how many entries there are and the hash of the last; it tells what is cut off later.

    Complexity: one look at the end of the key.
    """
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    return (0, BEGINNING) if last is None else (last.seq, last.hash)


def holds(session: Session, seq: int, digest: str) -> bool:
    """Say whether the chain still goes through an entry that was its head once."""
    found = session.scalar(select(AuditEntry.hash).where(AuditEntry.seq == seq))
    return (BEGINNING if seq == 0 else found) == digest


def _fault(entry: AuditEntry, expected_seq: int, previous: str) -> str:
    if entry.seq != expected_seq:
        return f"entry {expected_seq} is missing"
    if entry.prev_hash != previous:
        return "it does not continue the entry before it"
    if entry.hash != _hash_of(entry):
        return "its content was changed"
    return ""


def _pending(session: Session) -> list[_Noted]:
    found: list[_Noted] | None = session.info.get(_PENDING)
    if found is None:
        found = session.info[_PENDING] = []
        event.listen(session, "before_commit", _chain)
        event.listen(session, "after_soft_rollback", _forget)
    return found


def _open_savepoints(session: Session) -> frozenset[SessionTransaction]:
    found = set()
    level = session.get_nested_transaction()
    while level is not None and level.nested:
        found.add(level)
        level = level.parent
    return frozenset(found)


def _forget(session: Session, ended: SessionTransaction) -> None:
    """Drop what was noted inside what is rolled back."""
    noted = _pending(session)
    noted[:] = [act for act in noted if ended.nested and ended not in act.savepoints]


def _chain(session: Session) -> None:
    """Append what was noted; a savepoint's own end is not the commit."""
    noted = _pending(session)
    if not noted or session.in_nested_transaction():
        return
    session.flush()
    hold_exclusively(session, "audit chain")
    seq, previous = head(session)
    for act in noted:
        seq += 1
        entry = AuditEntry(seq=seq, at=utc_now(), prev_hash=previous, **act.values)
        entry.hash = previous = _hash_of(entry)
        session.add(entry)
    noted.clear()
    session.flush()


def _hash_of(entry: AuditEntry) -> str:
    content = [
        entry.seq,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.person_id,
        entry.request_id,
        entry.act,
        entry.subject,
        entry.detail,
        entry.prev_hash,
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _name(actor: Actor) -> str:
    return f"{actor.kind}:{actor.name if actor.person_id is None else actor.person_id}"


def _plain(value: Any) -> Any:
    """Return ``value`` in the form in which both databases give it back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return [_plain(inner) for inner in sorted(value)]
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"an audit entry cannot hold a {type(value).__name__}")
