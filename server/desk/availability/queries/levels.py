"""How the promises about services stand in a month, computed from what happened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.vocabulary import IMPACT_STAGES
from server.desk.availability.queries.announced import maintenance_among
from server.desk.availability.queries.outages import Outage, outages_among
from server.desk.availability.rules.measuring import (
    MonthReading,
    Seen,
    Standing,
    read_month,
    standings,
)
from server.desk.availability.rules.months import Month
from server.desk.availability.rules.spans import Span, joined, without
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.availability import AvailabilityTarget, promises_of_service
from server.desk.sla.rules.calendars import Calendar, working_time
from server.items.blast import service_classes

#: Around the clock: what a service's own word is measured in, which names no calendar.
ALWAYS = Calendar(ZoneInfo("UTC"), (((0, 24 * 60),),) * 7)
#: The attribute of a service that says what was promised, in percent.
_OWN = "availability_target"
#: How far before a month outages are read that may reach into it one after the other.
_BACK = timedelta(days=31)
#: Months begin at most so much earlier or later than in UTC.
_ZONES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its promises need it."""

    id: int
    name: str
    tier: int | None


@dataclass(frozen=True, slots=True)
class Level:
    """One promise about a service in one month.

    ``organisation_id`` is the customer, None for everybody; ``calendar`` "" for around the clock.
    """

    service: Service
    organisation_id: int | None
    calendar: str
    month: Month
    target: AvailabilityTarget
    reading: MonthReading
    standings: Sequence[Standing]
    outages: Sequence[Outage] = field(default_factory=tuple)

    @property
    def state(self) -> str:
        """Return the worst state of its measures."""
        states = {one.state for one in self.standings}
        return next((one for one in ("missed", "at_risk") if one in states), "fine")


def promised_services(
    session: Session, visible: ColumnElement[bool], wanted: Collection[int] | None = None
) -> list[tuple[Service, dict[int | None, AvailabilityTarget]]]:
    """Return the services about which something was promised, with it, by customer.

    ``visible`` is what the reader may see, ``wanted`` narrows it further. One statement.
    """
    agreements = agreements_of(session)
    query = select(Item.id, Item.name, Item.criticality, Item.attributes[_OWN]).where(
        Item.class_code.in_(service_classes()),
        Item.merged_into_id.is_(None),
        Item.stage.in_(IMPACT_STAGES),
        visible,
    )
    if wanted is not None:
        query = query.where(among(session, Item.id, sorted(wanted)))
    found = []
    for item_id, name, tier, own in session.execute(query.order_by(Item.name_key, Item.id)):
        promises = promises_of_service(agreements.availability, item_id, tier)
        if None not in promises and (percent := _percent(own)) is not None:
            promises[None] = AvailabilityTarget("", percent)
        if promises:
            found.append((Service(item_id, name, tier), promises))
    return found


def _percent(own: Any) -> float | None:
    try:
        percent = float(own)
    except (TypeError, ValueError):
        return None
    return percent if 0 < percent <= 100 else None


def calendar_of(agreements: Agreements, target: AvailabilityTarget) -> Calendar:
    """Return the calendar of a target, around the clock where it names none."""
    return agreements.calendars[target.calendar] if target.calendar else ALWAYS


def levels_of(
    session: Session,
    promised: Sequence[tuple[Service, Mapping[int | None, AvailabilityTarget]]],
    month: Month,
    now: datetime,
) -> list[Level]:
    """Return how promises stand in a month, in the order of ``promised``; three statements."""
    if not promised:
        return []
    frame = _frame(month)
    told = outages_among(session, [one.id for one, _ in promised], *frame)
    announced = maintenance_among(session, *frame)
    agreements = agreements_of(session)
    whole: dict[tuple[str, Month], timedelta] = {}
    found = []
    for service, promises in promised:
        outages = told.get(service.id, ())
        seen = _seen(outages, announced.get(service.id, ()), now)
        for organisation_id, target in sorted(promises.items(), key=lambda one: one[0] or 0):
            calendar = calendar_of(agreements, target)
            span = month.span(calendar.zone)
            key = target.calendar, month
            if key not in whole:
                whole[key] = working_time(calendar, *span)
            reading = read_month(calendar, span, seen, now, whole[key])
            stands = standings(calendar, target, reading, seen, now)
            theirs = tuple(one for one in outages if _reaches(one, span))
            parts = (service, organisation_id, target.calendar, month, target)
            found.append(Level(*parts, reading, stands, theirs))
    return found


def _frame(month: Month) -> Span:
    begins, ends = month.span(ZoneInfo("UTC"))
    return begins - _ZONES - _BACK, ends + _ZONES


def _reaches(outage: Outage, span: Span) -> bool:
    return outage.began_at < span[1] and (outage.ended_at is None or outage.ended_at > span[0])


def _seen(outages: Sequence[Outage], announced: Sequence[Span], now: datetime) -> Seen:
    """Return what happened; what lasts ends at ``now``."""
    spans: dict[str, list[Span]] = {"down": [], "degraded": []}
    for one in outages:
        if one.counts:
            spans[one.state].append((one.began_at, min(one.ended_at or now, now)))
    down = joined(spans["down"])
    return Seen(down, without(joined(spans["degraded"]), down), announced)
