"""What is to be done about one item under one rule, given how things stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.desk.alarms.rules.values import Spell


class Act(StrEnum):
    """What is done."""

    NOTHING = "nothing"
    #: A ticket is opened; REOPEN: the last one is taken up again; RETURN: it is still open anyway.
    OPEN = "open"
    REOPEN = "reopen"
    RETURN = "return"
    #: It was told again, or of another part of the item.
    COUNT = "count"
    #: The cause is gone.
    END = "end"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a rule finds wrong with one item now, all of its parts together."""

    item_id: int
    subjects: tuple[tuple[str, float], ...]
    begins_at: datetime
    last_at: datetime
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm as it is stored: whether it is on, what it knows, and its ticket."""

    on: bool
    last_at: datetime
    subjects: frozenset[str]
    ended_at: datetime | None
    ticket_open: bool


def gathered(spells: Iterable[Spell]) -> dict[int, Trouble]:
    """Return trouble by item, of spells that go on."""
    by_item: dict[int, list[Spell]] = {}
    for one in spells:
        by_item.setdefault(one.item_id, []).append(one)
    return {item_id: _together(item_id, ones) for item_id, ones in sorted(by_item.items())}


def _together(item_id: int, spells: Sequence[Spell]) -> Trouble:
    measures = {one.subject: one.measure for one in spells}
    begins = min(one.begins_at for one in spells)
    moments = tuple(sorted(moment for one in spells for moment in one.moments))
    last = max((begins, *moments))
    return Trouble(item_id, tuple(sorted(measures.items())), begins, last, moments)


def plan(
    trouble: Trouble | None, standing: Standing | None, reopen_hours: int, now: datetime
) -> tuple[Act, int]:
    """Return what is to be done, and how many repetitions there were since.

    A ticket that a person closed while its cause goes on stays closed until the cause is gone and
    comes back: who closes it has seen it.
    """
    if trouble is None:
        return (Act.END, 0) if standing is not None and standing.on else (Act.NOTHING, 0)
    if standing is None:
        return Act.OPEN, max(1, len(trouble.moments))
    fresh = sum(moment > standing.last_at for moment in trouble.moments)
    if not standing.on:
        return _again(standing, reopen_hours, now), max(1, fresh)
    others = {subject for subject, _ in trouble.subjects} - standing.subjects
    return (Act.COUNT if fresh or others else Act.NOTHING), fresh


def _again(standing: Standing, reopen_hours: int, now: datetime) -> Act:
    if standing.ticket_open:
        return Act.RETURN
    ended = standing.ended_at
    young = ended is not None and now - ended <= timedelta(hours=reopen_hours)
    return Act.REOPEN if young else Act.OPEN
