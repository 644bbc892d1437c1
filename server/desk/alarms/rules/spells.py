"""From single events to spells of trouble: from when to when something was wrong."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from server.desk.alarms.rules.values import Spell

#: (item, part, when, whether it was bad news).
News = tuple[int, str, datetime, bool]


def paired(news: Iterable[News], now: datetime) -> list[Spell]:
    """Return spells from bad news to good news about the same part; news come in order of time.

    Measures are minutes.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> told = [(1, "eth0", nine, True), (1, "eth0", nine + timedelta(minutes=7), False)]
    >>> [spell.measure for spell in paired(told, nine + timedelta(hours=1))]
    [7.0]
    """
    bad: dict[tuple[int, str], list[datetime]] = {}
    found: list[Spell] = []
    for item_id, part, at, is_bad in news:
        if is_bad:
            bad.setdefault((item_id, part), []).append(at)
        elif told := bad.pop((item_id, part), None):
            found.append(_spell(item_id, part, told, at, at))
    found += [_spell(*key, told, None, now) for key, told in bad.items()]
    return sorted(found, key=lambda one: (one.begins_at, one.item_id, one.subject))


def _spell(
    item_id: int, part: str, told: Sequence[datetime], end: datetime | None, until: datetime
) -> Spell:
    minutes = (until - told[0]).total_seconds() / 60
    return Spell(item_id, part, told[0], end, minutes, tuple(told))


def announced(
    news: Iterable[tuple[int, str, datetime]], quiet_hours: int, now: datetime
) -> list[Spell]:
    """Return spells of announcements of one kind by one item, none longer apart than that.

    A spell is over once nothing was announced for the quiet hours. Measures count announcements.
    """
    quiet = timedelta(hours=quiet_hours)
    by_part: dict[tuple[int, str], list[list[datetime]]] = {}
    for item_id, part, at in news:
        runs = by_part.setdefault((item_id, part), [])
        if runs and at - runs[-1][-1] <= quiet:
            runs[-1].append(at)
        else:
            runs.append([at])
    found = [
        Spell(*key, told[0], _over(told[-1] + quiet, now), len(told), tuple(told))
        for key, runs in by_part.items()
        for told in runs
    ]
    return sorted(found, key=lambda one: (one.begins_at, one.item_id, one.subject))


def _over(end: datetime, now: datetime) -> datetime | None:
    return end if end <= now else None


def missed(
    sweeps: Sequence[tuple[int, datetime]], found_in: Mapping[int, frozenset[int]], part: str
) -> list[Spell]:
    """Return spells of sweeps in a row in which a device was not found that was found before.

    ``sweeps``: (id, when it ended), the oldest first; ``found_in``: item to the ids of the sweeps
    that found it. Measures count the sweeps that missed it.
    """
    spells: list[Spell] = []
    for item_id, ids in sorted(found_in.items()):
        told: list[datetime] = []
        known = False
        for sweep_id, at in sweeps:
            if sweep_id in ids:
                if told:
                    spells.append(Spell(item_id, part, told[0], at, len(told), tuple(told)))
                known, told = True, []
            elif known:
                told.append(at)
        if told:
            spells.append(Spell(item_id, part, told[0], None, len(told), tuple(told)))
    return spells
