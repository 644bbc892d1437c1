"""Telling of each level that a promise about a service has reached, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.records.among import among
from server.desk.availability.events import AvailabilityReached
from server.desk.availability.models import AvailabilityTold
from server.desk.availability.queries.levels import Level, levels_of, promised_services
from server.desk.availability.queries.outages import services_with_outages
from server.desk.availability.queries.present import by_month
from server.desk.availability.rules.measuring import MISSED, USED_UP, Standing
from server.desk.availability.rules.months import Month
from server.foundation.events import publish
from server.foundation.permissions import system_actor
from server.items.scope import visible_items

_ACTOR = system_actor("availability")
_UTC = ZoneInfo("UTC")
#: Months begin at most so much earlier than in UTC.
_ZONES = timedelta(days=1)


def levels_to_tell(session: Session, now: datetime) -> list[tuple[int, Month]]:
    """Return (service, month) of which a level was reached that was not told; writes nothing.

    Of this month, and in its first week of the one before: an outage may be corrected, or nobody
    have looked at the end.
    """
    since = Month.of(now, _UTC).before().span(_UTC)[0] - _ZONES
    outages = services_with_outages(session, since, now)
    if not outages:
        return []
    suffering = promised_services(session, visible_items(_ACTOR), outages)
    found: dict[tuple[int, Month], None] = {}
    for month, promised in by_month(session, suffering, now, before=True):
        levels = levels_of(session, promised, month, now)
        told = _told(session, [one.id for one, _ in promised], month)
        for level in levels:
            for stand in level.standings:
                if stand.level > told.get(_key(level, stand.measure), 0):
                    found[level.service.id, month] = None
    return list(found)


def tell_levels(session: Session, service_id: int, month: Month, now: datetime) -> int:
    """Tell of the levels that the promises about a service have reached; return how many.

    Of several levels passed meanwhile only the highest is told. Its row is locked first: whoever
    comes second finds it told.
    """
    promised = promised_services(session, visible_items(_ACTOR), [service_id])
    count = 0
    for level in levels_of(session, promised, month, now):
        for stand in level.standings:
            if stand.level:
                count += _tell(session, level, stand, now)
    return count


def told_of(session: Session, level: Level, measure: str) -> AvailabilityTold:
    """Return the locked row of what was told of a promise, made where there is none."""
    item_id, organisation_id, _ = key = _key(level, measure)
    values = {
        "item_id": item_id,
        "organisation_id": organisation_id,
        "measure": measure,
        "month": str(level.month),
        "fired": 0,
        "reason": "",
    }
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(insert(AvailabilityTold).values(values).on_conflict_do_nothing())
    return session.get_one(
        AvailabilityTold,
        (*key, str(level.month)),
        with_for_update=True,
        populate_existing=True,
    )


def _tell(session: Session, level: Level, stand: Standing, now: datetime) -> bool:
    row = told_of(session, level, stand.measure)
    if stand.level <= row.fired:
        return False
    row.fired = stand.level
    session.flush()
    publish(
        session,
        AvailabilityReached(
            level.service.id,
            level.organisation_id,
            stand.measure,
            str(level.month),
            min(stand.level, USED_UP),
            stand.level == MISSED,
            stand.reached_at or now,
        ),
    )
    return True


def _told(
    session: Session, item_ids: Sequence[int], month: Month
) -> dict[tuple[int, int, str], int]:
    query = select(AvailabilityTold).where(
        AvailabilityTold.month == str(month), among(session, AvailabilityTold.item_id, item_ids)
    )
    return {
        (one.item_id, one.organisation_id, one.measure): one.fired for one in session.scalars(query)
    }


def _key(level: Level, measure: str) -> tuple[int, int, str]:
    return level.service.id, level.organisation_id or 0, measure
