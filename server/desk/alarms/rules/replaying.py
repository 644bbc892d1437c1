"""A rule on paper: which tickets it would have opened over the past."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.desk.alarms.rules.values import Spell


@dataclass(frozen=True, slots=True)
class Episode:
    """A ticket that would have been: from when to when, and what would have counted on it."""

    item_id: int
    subjects: tuple[str, ...]
    opened_at: datetime
    resolved_at: datetime | None
    count: int
    reopened: int


def replay(spells: Iterable[Spell], reopen_hours: int) -> list[Episode]:
    """Return the tickets of spells that all fit the rule, the latest first."""
    by_item: dict[int, list[Spell]] = {}
    for one in sorted(spells, key=lambda spell: (spell.begins_at, spell.subject)):
        by_item.setdefault(one.item_id, []).append(one)
    found = [
        episode
        for item_id, ones in by_item.items()
        for episode in _of_item(item_id, ones, timedelta(hours=reopen_hours))
    ]
    return sorted(found, key=lambda one: (one.opened_at, one.item_id), reverse=True)


def _of_item(item_id: int, spells: list[Spell], reopen: timedelta) -> list[Episode]:
    episodes: list[Episode] = []
    for one in spells:
        times = max(1, len(one.moments))
        last = episodes[-1] if episodes else None
        if last is not None and _goes_on(last, one, reopen):
            gap = last.resolved_at is not None and one.begins_at > last.resolved_at
            episodes[-1] = Episode(
                item_id,
                tuple(dict.fromkeys((*last.subjects, one.subject))),
                last.opened_at,
                _later(last.resolved_at, one.ends_at),
                last.count + times,
                last.reopened + gap,
            )
        else:
            episodes.append(Episode(item_id, (one.subject,), one.begins_at, one.ends_at, times, 0))
    return episodes


def _goes_on(last: Episode, spell: Spell, reopen: timedelta) -> bool:
    return last.resolved_at is None or spell.begins_at <= last.resolved_at + reopen


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)
