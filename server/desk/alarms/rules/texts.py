"""What stands on a ticket that a rule opened. Names of rules and parts are in nobody's language."""

from collections.abc import Mapping
from datetime import datetime

from server.desk.alarms.rules.planning import Trouble
from server.desk.alarms.rules.values import AlarmRule

#: What a measure is told as.
_UNITS: Mapping[str, str] = {
    "trap": "{:g} times",
    "port_down": "{:.0f} min down",
    "unreachable": "{:g} sweeps without an answer",
    "silent_agent": "{:g} h without a report",
    "disk": "",
    "certificate": "{:g} days left",
    "filesystem": "{:g} % full",
    "service_level": "{:g} % used up",
}
_LONGEST_TITLE = 250
_MOST_LINES = 50


def title_of(rule: AlarmRule, item_name: str) -> str:
    """Return the title of a ticket: which item, and what the rule calls it."""
    return f"{item_name[: _LONGEST_TITLE - len(rule.name) - 2]}: {rule.name}"


def description_of(rule: AlarmRule, trouble: Trouble) -> str:
    """Return one line for each part of the item that is in trouble.

    >>> from datetime import UTC, datetime
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> found = Trouble(1, (("/var", 97.5),), nine, nine, ())
    >>> print(description_of(AlarmRule("full", "Full", "filesystem", 95), found))
    /var: 97.5 % full
    Since 2026-03-02 09:00 UTC
    """
    unit = _UNITS[rule.signal]
    lines = [
        f"{subject}: {unit.format(measure)}" if unit else subject
        for subject, measure in trouble.subjects[:_MOST_LINES]
    ]
    more = len(trouble.subjects) - _MOST_LINES
    lines += [f"… +{more}"] if more > 0 else []
    return "\n".join([*lines, f"Since {_told(trouble.begins_at)}"])


def ended_text(rule: AlarmRule, since: datetime, count: int) -> str:
    """Return how a ticket is solved whose cause went away by itself."""
    times = f"; told {count} times" if count > 1 else ""
    return f"The cause is gone: {rule.name}, since {_told(since)}{times}."


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
