"""The nightly sweep: what falls with each single item, computed apart and stored in pieces."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.model import standing_model
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from cmdb.records.relations import current_sequence
from cmdb.snapshot.reading import read_columns
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import run_pure
from server.items.blast import service_classes
from server.items.impacts.models import (
    BlastRow,
    GroupLoss,
    ImpactSweep,
    ServiceStanding,
    SinglePoint,
)
from server.items.impacts.sweeping import Ids, SweepFindings, sweep

#: The kind, as in ``server.wiring.JOBS``.
SWEEP_IMPACT = "impact.sweep"

#: Rows of one transaction: others write in between.
_BATCH = 5_000
#: Services whose pairs one transaction clears away.
_CLEARED = 50

Rows = Iterator[tuple[type[Base], list[dict[str, Any]]]]


def run_sweep(context: JobContext) -> Mapping[str, Any]:
    """Sweep the graph as it is now, store what was found, and clear older sweeps away."""
    with context.database.writing() as session:
        begun = ImpactSweep(sequence=current_sequence(session), built_at=utc_now())
        session.add(begun)
    with context.database.reading() as session:
        columns, services = _read(session)
    context.go_on()
    found = run_pure(sweep, columns, services)
    stored = (found.causes, found.items, found.standing, found.groups.groups)
    context.progress.begin("Storing", sum(map(len, stored)))
    for entity, rows in _batches(begun.id, found):
        context.go_on()
        with context.database.writing() as session:
            insert_rows(session, entity, rows)
        context.progress.advance(len(rows))
    with context.database.writing() as session:
        done = session.get_one(ImpactSweep, begun.id)
        done.items, done.services = found.item_count, len(found.standing)
        done.finished_at = utc_now()
    _clear(context, begun.id)
    return {"sweep": begun.id, "items": found.item_count, "pairs": len(found.causes)}


def _read(session: Session) -> tuple[GraphColumns, Ids]:
    """Read the graph, at least as new as the sequence that was noted before."""
    services = session.scalars(select(Item.id).where(Item.class_code.in_(service_classes())))
    return read_columns(session, standing_model()), np.array(services.all(), np.int64)


def _batches(sweep_id: int, found: SweepFindings) -> Rows:
    """Yield all rows of a sweep, at most ``_BATCH`` at a time."""
    pairs = {"service_id": found.services, "cause_id": found.causes}
    blast = {"item_id": found.items, "down": found.down, "services": found.services_down}
    standing = {
        "item_id": found.standing,
        "suppliers": found.suppliers,
        "single_points": found.single_points,
    }
    groups = {
        "group_id": found.groups.groups,
        "item_id": found.groups.owners,
        "alike_id": found.groups.alike,
        "members": found.groups.members,
        "down": found.groups.down,
        "services": found.groups.services,
    }
    tables: Sequence[tuple[type[Base], Mapping[str, Ids]]] = (
        (SinglePoint, pairs),
        (BlastRow, blast),
        (ServiceStanding, standing),
        (GroupLoss, groups),
    )
    for entity, columns in tables:
        for start in range(0, len(next(iter(columns.values()))), _BATCH):
            piece = [column[start : start + _BATCH].tolist() for column in columns.values()]
            yield (
                entity,
                [
                    {"sweep_id": sweep_id, **dict(zip(columns, row, strict=True))}
                    for row in zip(*piece, strict=True)
                ],
            )


def _clear(context: JobContext, newest: int) -> None:
    """Delete older sweeps, finished or not, in pieces."""
    with context.database.reading() as session:
        old = session.scalars(select(ImpactSweep.id).where(ImpactSweep.id < newest)).all()
    for sweep_id in old:
        while _clear_pairs(context, sweep_id):
            context.go_on()
        with context.database.writing() as session:
            session.execute(delete(ImpactSweep).where(ImpactSweep.id == sweep_id))


def _clear_pairs(context: JobContext, sweep_id: int) -> bool:
    """Delete the pairs of some services; say whether there were any."""
    some = (
        select(SinglePoint.service_id)
        .where(SinglePoint.sweep_id == sweep_id)
        .distinct()
        .order_by(SinglePoint.service_id)
        .limit(_CLEARED)
    )
    with context.database.writing() as session:
        services = session.scalars(some).all()
        session.execute(
            delete(SinglePoint).where(
                SinglePoint.sweep_id == sweep_id, SinglePoint.service_id.in_(services)
            )
        )
    return bool(services)
