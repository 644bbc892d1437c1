"""Trouble that shows in how things stand: silence, ends of certificates, full file systems."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from cmdb.records.facts import FactSection
from cmdb.records.sources import ItemSource
from server.desk.alarms.rules.values import AlarmRule, Spell
from server.items.models import Agent

_BATCH = 500
#: Agents of other makers report once a day: their silence begins so much later.
_FOREIGN_GRACE = timedelta(days=2)
_OWN_KIND = "cadastre"
_FREE = "filesystem_free_bytes"


def silences(session: Session, rule: AlarmRule, now: datetime) -> list[Spell]:
    """Return spells of items none of whose agents has reported for the rule's hours."""
    limit = timedelta(hours=rule.threshold)
    heard = func.max(func.coalesce(Agent.last_report_at, Agent.enrolled_at))
    own = case((Agent.kind == _OWN_KIND, 1), else_=0)
    query = (
        select(Agent.item_id, func.max(Agent.hostname), func.max(own), heard)
        .where(Agent.item_id.is_not(None), Agent.revoked_at.is_(None))
        .group_by(Agent.item_id)
        .having(heard < now - limit)
    )
    found = []
    for item_id, host, is_own, at in session.execute(query):
        begins = at + limit + (timedelta() if is_own else _FOREIGN_GRACE)
        if begins <= now:
            hours = round((now - at).total_seconds() / 3600, 1)
            found.append(Spell(item_id, host or "agent", begins, None, hours, (begins,)))
    return found


def certificates(session: Session, rule: AlarmRule, now: datetime) -> list[Spell]:
    """Return spells of certificates that end within the rule's days, or have ended."""
    found = []
    for item_id, rows in _sections(session, "certificates"):
        for row in rows:
            end = _moment(row.get("not_after"))
            if end is None:
                continue
            days = round((end - now).total_seconds() / 86400, 1)
            if days <= rule.threshold:
                begins = min(now, end - timedelta(days=rule.threshold))
                parts = (str(row.get(name) or "") for name in ("name", "path"))
                subject = " · ".join(part for part in parts if part)[:400]
                found.append(Spell(item_id, subject, begins, None, days, (begins,)))
    return found


def filesystems(session: Session, rule: AlarmRule, now: datetime) -> list[Spell]:
    """Return spells of file systems that are as full as the rule says, by the last reading."""
    query = (
        select(
            FactSection.item_id,
            FactSection.rows,
            ItemSource.readings[_FREE],
            ItemSource.last_seen_at,
        )
        .join(
            ItemSource,
            (ItemSource.item_id == FactSection.item_id) & (ItemSource.source == FactSection.source),
        )
        .where(FactSection.name == "filesystems")
        .execution_options(yield_per=_BATCH)
    )
    found = []
    for item_id, rows, free, at in session.execute(query):
        for mount, percent in _fullness(rows, free):
            if percent >= rule.threshold:
                found.append(Spell(item_id, mount, min(at, now), None, percent))
    return found


def _sections(session: Session, name: str) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    query = select(FactSection.item_id, FactSection.rows).where(FactSection.name == name)
    for item_id, rows in session.execute(query.execution_options(yield_per=_BATCH)):
        yield item_id, [row for row in rows if isinstance(row, Mapping)]


def _fullness(rows: Any, free: Any) -> Iterator[tuple[str, float]]:
    """Yield (mount point, percent in use) of what can be written."""
    if not isinstance(free, Mapping):
        return
    for row in rows:
        size, mount = row.get("size_bytes"), str(row.get("mount") or "")
        left = free.get(mount)
        if not isinstance(size, int) or not isinstance(left, int | float) or size <= 0:
            continue
        if row.get("read_only") is not True:
            yield mount, round(100 * (1 - min(max(left, 0), size) / size), 1)


def _moment(text: Any) -> datetime | None:
    """Return a moment as an agent tells it; None for what is none, or lies before all computers."""
    try:
        found = datetime.fromisoformat(str(text))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= 1970 else None
