"""Collectors and how they stand, as far as an actor may see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.foundation.permissions import Actor
from server.scanning.collectors.models import Collector, CollectorErrand
from server.scanning.sight import get_seen, seen

#: A collector asks every few seconds; after so long a silence it is away.
AWAY_AFTER = timedelta(minutes=3)


def list_collectors(session: Session, actor: Actor) -> list[Collector]:
    """Return the collectors by name."""
    query = seen(actor, Collector)
    return list(session.scalars(query.order_by(Collector.name_key, Collector.id)))


def get_collector(session: Session, actor: Actor, collector_id: int) -> Collector:
    """Return one collector. Raises ``NotFound``."""
    return get_seen(session, actor, Collector, collector_id, "collector")


def errands_of(session: Session, collector_ids: list[int]) -> Mapping[int, int]:
    """Return how many errands wait or are under way, by collector."""
    query = (
        select(CollectorErrand.collector_id, func.count().label("errands"))
        .where(CollectorErrand.collector_id.in_(collector_ids))
        .group_by(CollectorErrand.collector_id)
    )
    return {row.collector_id: row.errands for row in session.execute(query)}


def state_of(row: Collector, now: datetime) -> str:
    """Return "revoked", "named" (never enrolled), "away" or "well"."""
    if row.revoked_at is not None:
        return "revoked"
    if row.enrolled_at is None or row.last_seen_at is None:
        return "named"
    return "away" if row.last_seen_at < now - AWAY_AFTER else "well"
