"""The nightly measurement: batch by batch, its sums in memory, rows only for what moved."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.items.health.campaigns import remind_owners
from server.items.health.measuring import Measured, measurable, measure
from server.items.health.models import HealthFigure, HealthOfItem, HealthOfSource, HealthRun
from server.items.health.sums import Sums, item_row

#: The kind, as in ``server.wiring.JOBS``.
MEASURE_HEALTH = "health.measure"
ATTEND_CAMPAIGNS = "health.campaigns"

#: Items of one step; what they know is in memory at once.
_BATCH = 500
_ROWS = 5_000
#: So many measurements are kept, to see where the figures go.
_KEPT = 60


def run_measurement(context: JobContext) -> Mapping[str, Any]:
    """Measure every item in use; memory is bounded by the batch and by the number of sums."""
    now, sums = utc_now(), Sums()
    with context.database.writing() as session:
        run = HealthRun(at=now)
        session.add(run)
    last, count = 0, 0
    while True:
        context.go_on()
        with context.database.reading() as session:
            ids = _next_items(session, last)
            found = measure(session, ids, now) if ids else []
            changes = _changes(session, last, ids, found)
        if not ids:
            break
        for one in found:
            sums.add(one)
        _store_items(context, changes)
        last, count = ids[-1], count + len(found)
        context.progress.advance(len(found))
    _store_figures(context, run.id, sums)
    _finish(context, run.id, last, count)
    return {"run": run.id, "items": count}


def _next_items(session: Session, last: int) -> Sequence[int]:
    query = select(Item.id).where(Item.id > last, measurable()).order_by(Item.id).limit(_BATCH)
    return session.scalars(query).all()


_Changes = tuple[list[int], list[dict[str, Any]]]


def _changes(
    session: Session, last: int, ids: Sequence[int], found: Sequence[Measured]
) -> _Changes:
    """Return (rows to take away, rows to write): what is as it was is not written again.

    Rows of items that are measured no longer lie between the batches and go as well.
    """
    if not ids:
        return [], []
    stored = select(*HealthOfItem.__table__.columns).where(
        HealthOfItem.item_id > last, HealthOfItem.item_id <= ids[-1]
    )
    known = {row["item_id"]: dict(row) for row in session.execute(stored).mappings()}
    now = {one.item_id: item_row(one) for one in found}
    moved = [row for item_id, row in now.items() if known.get(item_id) != row]
    gone = [item_id for item_id, row in known.items() if now.get(item_id) != row]
    return gone, moved


def _store_items(context: JobContext, changes: _Changes) -> None:
    gone, moved = changes
    if not gone and not moved:
        return
    with context.database.writing() as session:
        session.execute(delete(HealthOfItem).where(among(session, HealthOfItem.item_id, gone)))
        insert_rows(session, HealthOfItem, moved)


def _store_figures(context: JobContext, run_id: int, sums: Sums) -> None:
    tables: Sequence[tuple[type[Base], list[dict[str, Any]]]] = (
        (HealthFigure, sums.figures(run_id)),
        (HealthOfSource, sums.sources(run_id)),
    )
    for entity, rows in tables:
        for part in _parts(rows):
            with context.database.writing() as session:
                insert_rows(session, entity, part)


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


def _finish(context: JobContext, run_id: int, last: int, count: int) -> None:
    """Let the run count, and clear away what is too old or was never finished."""
    with context.database.writing() as session:
        session.execute(delete(HealthOfItem).where(HealthOfItem.item_id > last))
        run = session.get_one(HealthRun, run_id)
        run.items, run.finished_at = count, utc_now()
        old = select(HealthRun.id).where(HealthRun.id < run_id).order_by(HealthRun.id.desc())
        kept = session.scalars(old.where(HealthRun.finished_at.is_not(None)).limit(_KEPT)).all()
        session.execute(delete(HealthRun).where(HealthRun.id < run_id, HealthRun.id.not_in(kept)))


def attend_campaigns(context: JobContext) -> Mapping[str, Any]:
    """Tell owners, and whoever asked, of campaigns whose day has passed; each once."""
    with context.database.writing() as session:
        return {"reminded": remind_owners(session, utc_now())}
