"""The months that it is for whoever something was promised to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.desk.availability.queries.levels import (
    Level,
    Service,
    calendar_of,
    levels_of,
    promised_services,
)
from server.desk.availability.rules.months import Month
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.availability import AvailabilityTarget
from server.foundation.permissions import Actor
from server.items.scope import visible_items

#: How long what is said of a month that has ended is news.
_YOUNG = timedelta(days=7)
Promised = tuple[Service, Mapping[int | None, AvailabilityTarget]]


def by_month(
    session: Session, promised: Sequence[Promised], now: datetime, *, before: bool = False
) -> list[tuple[Month, list[Promised]]]:
    """Return promises by the month that it is in each one's time zone.

    ``before``: by the month before that as well, in the first days of a month.
    """
    agreements = agreements_of(session)
    found: dict[Month, dict[int, tuple[Service, dict[int | None, AvailabilityTarget]]]] = {}
    for service, promises in promised:
        for organisation_id, target in promises.items():
            zone = calendar_of(agreements, target).zone
            month = Month.of(now, zone)
            young = before and now - month.span(zone)[0] <= _YOUNG
            for one in (month.before(), month) if young else (month,):
                _, of_month = found.setdefault(one, {}).setdefault(service.id, (service, {}))
                of_month[organisation_id] = target
    return [(month, list(rows.values())) for month, rows in sorted(found.items())]


def present_levels(session: Session, actor: Actor, now: datetime) -> list[Level]:
    """Return how all promises about services in sight stand in the present month."""
    promised = promised_services(session, visible_items(actor))
    return [
        level
        for month, rows in by_month(session, promised, now)
        for level in levels_of(session, rows, month, now)
    ]
