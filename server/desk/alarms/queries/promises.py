"""Trouble with promises about services: how much of what a month allows is used up."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.alarms.rules.values import AlarmRule, Spell
from server.desk.availability.queries.present import present_levels
from server.foundation.permissions import system_actor

#: Percent that are told of what nothing was allowed to, and at most.
_MOST = 1_000.0


def used_up(session: Session, _rule: AlarmRule, now: datetime) -> list[Spell]:
    """Return spells of services of whose allowance something is used up; they end with the month.

    Measures are percent; more than 100 is a miss.
    """
    found = []
    for level in present_levels(session, system_actor("alarms"), now):
        for stand in level.standings:
            if not stand.used:
                continue
            share = 100 * stand.used / stand.allowed if stand.allowed else _MOST
            parts = [stand.measure, str(level.month)]
            if level.organisation_id is not None:
                parts.append(f"customer {level.organisation_id}")
            begins = min(stand.reached_at or now, now)
            percent = min(round(share, 1), _MOST)
            found.append(
                Spell(level.service.id, " \N{MIDDLE DOT} ".join(parts), begins, None, percent)
            )
    return found
