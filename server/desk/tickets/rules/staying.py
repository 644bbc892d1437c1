"""Which group had a ticket from when to when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.desk.sla.rules.targets import Stay

#: A group of which the desk knows nothing is first line.
FIRST_LINE = "1"


@dataclass(frozen=True, slots=True)
class Passing:
    """A ticket is a group's from then on, or nobody's; ``guessed``: no line of it says so."""

    at: datetime
    group_id: int | None
    guessed: bool = False


def stays(
    passings: Sequence[Passing],
    lines: Mapping[int, str],
    referenced: Collection[tuple[int, datetime]] = (),
) -> tuple[Stay, ...]:
    """Return who had a ticket when, in order.

    ``lines`` are those of the groups, ``referenced`` the hand-overs, as (group, moment), under
    which a supplier has a number of its own.

    >>> from datetime import UTC
    >>> nine, ten = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    >>> [(one.line, one.end) for one in stays([Passing(nine, 7), Passing(ten, None)], {7: "2"})]
    [('2', datetime.datetime(2026, 3, 2, 10, 0, tzinfo=datetime.timezone.utc))]
    """
    kept: list[Passing] = []
    for one in passings:
        if not kept or kept[-1].group_id != one.group_id:
            kept.append(one)
    ends = [one.at for one in kept[1:]] + [None]
    return tuple(
        Stay(
            one.at,
            end,
            one.group_id,
            lines.get(one.group_id, FIRST_LINE),
            (one.group_id, one.at) in referenced,
        )
        for one, end in zip(kept, ends, strict=True)
        if one.group_id is not None and end != one.at
    )
