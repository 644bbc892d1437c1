"""Closed ranges of history: hashed every hour into the audit chain, and let go by rule.

Rows are not chained one by one. A range is closed once its rows are older than anything that could
still be committed; its hash goes into the chain of acts. When retention deletes a range, hash and
record stay: who decided it, what was deleted, and why.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model.text import clean
from cmdb.records.history import HistoryEntry
from server.foundation import audit
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Actor, Permission, system_actor
from server.items.past.forgetting import forget_graph
from server.items.past.models import HistoryRange, HistoryRetention
from server.people.actions.rights import require_everywhere

#: The kinds, as in ``server.wiring.JOBS``.
SEAL_HISTORY = "past.seal"
RETAIN_HISTORY = "past.retain"

#: Rows of one range at most; what is younger than this may still be joined by slower writers.
_ROWS = 50_000
_SETTLED = timedelta(minutes=15)
_PIECE = 5_000
_COLUMNS = (
    *("id", "item_id", "other_id", "at", "observed_at", "kind", "subject", "detail"),
    *("source", "person_id", "request_id"),
)


def seal_history(context: JobContext) -> Mapping[str, Any]:
    """Hash the rows that were closed since the last time, range by range."""
    sealed = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            row = _seal_next(session, utc_now())
        if row is None:
            return {"ranges": sealed}
        sealed += 1


def _seal_next(session: Session, now: datetime) -> HistoryRange | None:
    last = session.scalar(select(func.max(HistoryRange.last_entry_id))) or 0
    ids = session.scalars(
        select(HistoryEntry.id)
        .where(HistoryEntry.id > last, HistoryEntry.at < now - _SETTLED)
        .order_by(HistoryEntry.id)
        .limit(_ROWS)
    ).all()
    if not ids:
        return None
    digest, count, first_at, last_at = digest_of(session, ids[0], ids[-1])
    row = HistoryRange(
        first_entry_id=ids[0],
        last_entry_id=ids[-1],
        first_at=first_at,
        last_at=last_at,
        rows=count,
        digest=digest,
        sealed_at=now,
    )
    session.add(row)
    session.flush()
    told = {"first": ids[0], "last": ids[-1], "rows": count, "digest": digest}
    audit.record(session, system_actor("history"), "history_sealed", f"history:{row.id}", told)
    return row


def digest_of(session: Session, first: int, last: int) -> tuple[str, int, Any, Any]:
    """Return (hash, rows, first and last moment) of the rows between two ids, both included.

    One pass, constant memory.
    """
    total, count = hashlib.sha256(), 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    query = (
        select(*(getattr(HistoryEntry, name) for name in _COLUMNS))
        .where(HistoryEntry.id >= first, HistoryEntry.id <= last)
        .order_by(HistoryEntry.id)
        .execution_options(yield_per=_PIECE)
    )
    for row in session.execute(query):
        plain = [v.isoformat() if isinstance(v, datetime) else v for v in row]
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
        total.update(text.encode() + b"\n")
        count += 1
        first_at = row.at if first_at is None else min(first_at, row.at)
        last_at = row.at if last_at is None else max(last_at, row.at)
    return total.hexdigest(), count, first_at, last_at


def verify_ranges(session: Session, actor: Actor) -> list[HistoryRange]:
    """Return the ranges whose rows are not what was sealed. Walks all of the history that is kept.

    Of a range that retention deleted nothing is left to compare.
    """
    require_everywhere(actor, Permission.ADMIN_READ)
    kept = select(HistoryRange).where(HistoryRange.deleted_at.is_(None)).order_by(HistoryRange.id)
    return [
        row
        for row in session.scalars(kept).all()
        if digest_of(session, row.first_entry_id, row.last_entry_id)[:2] != (row.digest, row.rows)
    ]


def ranges(session: Session, actor: Actor, limit: int = 200) -> list[HistoryRange]:
    """Return the sealed ranges, newest first."""
    require_everywhere(actor, Permission.ADMIN_READ)
    return list(session.scalars(select(HistoryRange).order_by(HistoryRange.id.desc()).limit(limit)))


def retention(session: Session, actor: Actor) -> HistoryRetention | None:
    """Return the rule in force; None before anybody has decided one, which keeps everything."""
    require_everywhere(actor, Permission.ADMIN_READ)
    return _rule(session)


def _rule(session: Session) -> HistoryRetention | None:
    newest = select(HistoryRetention).order_by(HistoryRetention.id.desc()).limit(1)
    return session.scalar(newest)


def set_retention(
    session: Session, actor: Actor, days: int | None, reason: str, now: datetime
) -> HistoryRetention:
    """Decide how long history is kept. Raises ``InvalidValue``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    words = clean(reason)[:500]
    problems = {}
    if days is not None and not 30 <= days <= 36_500:
        problems["days"] = "must be from 30 to 36500"
    if not words:
        problems["reason"] = "say why"
    if problems:
        raise InvalidValue(problems)
    row = HistoryRetention(days=days, reason=words, at=now, person_id=actor.person_id)
    session.add(row)
    session.flush()
    audit.record(session, actor, "retention_set", "history:all", {"days": days, "reason": words})
    return row


def retain_history(context: JobContext) -> Mapping[str, Any]:
    """Delete sealed ranges that are wholly older than the rule allows; their record stays."""
    with context.database.reading() as session:
        rule = _rule(session)
        if rule is None or rule.days is None:
            return {"ranges": 0}
        edge = utc_now() - timedelta(days=rule.days)
        old = select(HistoryRange.id).where(
            HistoryRange.deleted_at.is_(None), HistoryRange.last_at < edge
        )
        ids = session.scalars(old.order_by(HistoryRange.id)).all()
        unfinished = session.scalars(_half_gone()).all()
    for row in unfinished:
        _delete_rows(context, row.first_entry_id, row.last_entry_id)
    for range_id in ids:
        _let_go(context, range_id, rule)
    forget_graph(context)
    return {"ranges": len(ids)}


def _let_go(context: JobContext, range_id: int, rule: HistoryRetention) -> None:
    """Write down what is deleted first, then delete it in pieces: readers see the horizon move."""
    with context.database.writing() as session:
        row = session.get_one(HistoryRange, range_id)
        row.deleted_at = utc_now()
        first, last = row.first_entry_id, row.last_entry_id
        told = {
            "first": first,
            "last": last,
            "rows": row.rows,
            "digest": row.digest,
            "decided_by": rule.person_id,
            "days": rule.days,
            "reason": rule.reason,
        }
        actor = system_actor("retention")
        audit.record(session, actor, "history_deleted", f"history:{range_id}", told)
    _delete_rows(context, first, last)


def _half_gone() -> Any:
    """Select the ranges of which a job that was killed has left some rows."""
    left = select(HistoryEntry.id).where(
        HistoryEntry.id >= HistoryRange.first_entry_id,
        HistoryEntry.id <= HistoryRange.last_entry_id,
    )
    return select(HistoryRange).where(HistoryRange.deleted_at.is_not(None), left.exists())


def _delete_rows(context: JobContext, first: int, last: int) -> None:
    for start in range(first, last + 1, _PIECE):
        context.go_on()
        with context.database.writing() as session:
            until = min(start + _PIECE - 1, last)
            session.execute(
                delete(HistoryEntry).where(HistoryEntry.id >= start, HistoryEntry.id <= until)
            )
