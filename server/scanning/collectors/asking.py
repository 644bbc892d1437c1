"""Asking a collector to do something: a row, handed out when it asks next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.scanning.collectors.models import Collector, CollectorErrand

#: So many errands may wait for one collector.
_MOST_WAITING = 200
#: A check of an address. Payload: ``kind``, ``address``, ``port``, and for whom it is.
CHECK_ERRAND = "check"
#: Why a collector cannot be chosen.
NO_COLLECTOR = "is not there, was revoked, or belongs to another organisation"


def usable(session: Session, collector_id: int | None, organisation_id: int) -> bool:
    """Say whether a collector may be told to work for an organisation; None, this server, may."""
    if collector_id is None:
        return True
    row = session.get(Collector, collector_id)
    return row is not None and row.revoked_at is None and row.organisation_id == organisation_id


def ask_errand(
    session: Session, collector_id: int, kind: str, payload: Mapping[str, Any], now: datetime
) -> CollectorErrand:
    """Keep an errand for a collector; one that waits already is not kept twice.

    Raises ``Conflict`` where it cannot be done.
    """
    row = session.get_one(Collector, collector_id)
    if row.revoked_at is not None:
        raise Conflict(f"the collector {row.name} was revoked")
    query = select(CollectorErrand).where(CollectorErrand.collector_id == collector_id)
    waiting = session.scalars(query.limit(_MOST_WAITING)).all()
    for one in waiting:
        if (one.kind, one.state, one.payload) == (kind, "waiting", dict(payload)):
            return one
    if len(waiting) >= _MOST_WAITING:
        raise Conflict(f"too much waits for the collector {row.name} already")
    errand = CollectorErrand(
        collector_id=collector_id, kind=kind, payload=dict(payload), asked_at=now
    )
    session.add(errand)
    session.flush()  # it is named by its id
    return errand


def drop_errand(session: Session, kind: str, name: str, number: int) -> None:
    """Take an errand back: one that waits is gone, one under way is told to stop."""
    mine = [
        one
        for one in session.scalars(select(CollectorErrand).where(CollectorErrand.kind == kind))
        if one.payload.get(name) == number
    ]
    for one in mine:
        if one.state == "waiting":
            session.delete(one)
        else:
            one.state = "stopping"


def drop_all(session: Session, collector_id: int) -> None:
    """Take every errand back of a collector that is let in no more."""
    session.execute(delete(CollectorErrand).where(CollectorErrand.collector_id == collector_id))
