"""The promises about services in sight, with what a reader is told beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.among import among
from cmdb.records.parties import Organisation
from server.desk.availability.models import AvailabilityTold
from server.desk.availability.queries.levels import ALWAYS, Level, levels_of, promised_services
from server.desk.availability.queries.outages import tickets_in_sight
from server.desk.availability.rules.months import Month
from server.foundation.permissions import Actor, Permission
from server.foundation.sheets import MARK, csv_text
from server.items.scope import visible_items

_STATES = ("missed", "at_risk", "fine")
_HEAD = (
    "Month",
    "Service",
    "Customer",
    "Calendar",
    "Measure",
    "Target",
    "Measured",
    "Allowed minutes",
    "Used minutes",
    "Left minutes",
    "State",
    "Degraded minutes",
    "Minutes within announced maintenance",
    "Reason",
)


@dataclass(frozen=True, slots=True)
class Levels:
    """The promises of a month, missed ones first.

    ``tickets`` are those in the reader's sight; ``customers`` the names of organisations;
    ``reasons`` why promises were missed, by (service, customer or 0, measure).
    """

    month: Month
    rows: Sequence[Level]
    tickets: frozenset[int]
    customers: Mapping[int, str]
    reasons: Mapping[tuple[int, int, str], str]

    def reason(self, level: Level, measure: str) -> str:
        """Return why a promise was missed; "" when nobody said."""
        return self.reasons.get((level.service.id, level.organisation_id or 0, measure), "")


def month_asked(text: str, now: datetime) -> Month:
    """Return the month of a text as 2026-11, of now for "". Raises ``InvalidValue``."""
    month = Month.read(text) if text else Month.of(now, ALWAYS.zone)
    if month is None:
        raise InvalidValue({"month": "must be a month as 2026-11"})
    return month


def list_levels(
    session: Session, actor: Actor, month: str, now: datetime, service_id: int | None = None
) -> Levels:
    """Return how the promises about services in sight stand in a month; seven statements at most.

    What keeps a service down counts whoever looks; tickets out of sight are not named. Needs
    ``ticket:work``. Raises ``InvalidValue``.
    """
    actor.require(Permission.TICKET_WORK)
    wanted = month_asked(month, now)
    only = None if service_id is None else [service_id]
    promised = promised_services(session, visible_items(actor), only)
    rows = sorted(levels_of(session, promised, wanted, now), key=_worst_first)
    outages = {one.ticket_id for row in rows for one in row.outages}
    return Levels(
        wanted,
        rows,
        frozenset(tickets_in_sight(session, actor, outages)),
        _customers(session, rows),
        _reasons(session, rows, wanted),
    )


def _worst_first(level: Level) -> int:
    return _STATES.index(level.state)


def _customers(session: Session, rows: Sequence[Level]) -> dict[int, str]:
    ids = {one.organisation_id for one in rows} - {None}
    if not ids:
        return {}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def _reasons(
    session: Session, rows: Sequence[Level], month: Month
) -> dict[tuple[int, int, str], str]:
    ids = {one.service.id for one in rows if one.state == "missed"}
    if not ids:
        return {}
    query = select(AvailabilityTold).where(
        among(session, AvailabilityTold.item_id, sorted(ids)),
        AvailabilityTold.month == str(month),
    )
    return {
        (one.item_id, one.organisation_id, one.measure): one.reason
        for one in session.scalars(query)
    }


def levels_sheet(
    session: Session, actor: Actor, month: str, now: datetime, service_id: int | None = None
) -> str:
    """Return the same as CSV, a line for each measure; minutes are of the calendar's time."""
    found = list_levels(session, actor, month, now, service_id)
    rows = []
    for one in found.rows:
        read = one.reading
        for stand in one.standings:
            measured = read.percent if stand.measure == "availability" else _minutes(stand.used)
            rows.append(
                (
                    str(one.month),
                    one.service.name,
                    found.customers.get(one.organisation_id or 0, ""),
                    one.calendar,
                    stand.measure,
                    stand.target,
                    None if measured is None else round(measured, 4),
                    *map(_minutes, (stand.allowed, stand.used, stand.left)),
                    stand.state,
                    *map(_minutes, (read.degraded, read.excused)),
                    found.reason(one, stand.measure),
                )
            )
    return MARK + csv_text([_HEAD, *rows])


def _minutes(time: timedelta) -> float:
    return round(time.total_seconds() / 60, 2)
