"""Which group had a ticket from when to when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.desk.sla.rules.targets import SUPPLIER, Stay

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


@dataclass(frozen=True, slots=True)
class Word:
    """Something that was said on a ticket, by ``author_id``.

    ``noted``: it was written down of which group they were, ``group_id``, when they said it; before
    that was done, who is of a group today counts. ``of_supplier``: somebody wrote down what the
    supplier had said.
    """

    at: datetime
    author_id: int | None
    group_id: int | None = None
    noted: bool = True
    of_supplier: bool = False


def answered(
    stays: Iterable[Stay], words: Sequence[Word], members: Collection[tuple[int | None, int]] = ()
) -> tuple[Stay, ...]:
    """Return the stays with the moment at which whoever had the ticket first answered.

    ``members`` are (person, group). What is not the group's or the supplier's own word is none.

    >>> from datetime import UTC
    >>> nine, ten = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    >>> stay = Stay(nine, None, 7, "2")
    >>> [answered([stay], [Word(ten, 1, group)])[0].answered_at == ten for group in (7, 8)]
    [True, False]
    """
    return tuple(replace(one, answered_at=_first(one, words, members)) for one in stays)


def _first(
    stay: Stay, words: Sequence[Word], members: Collection[tuple[int | None, int]]
) -> datetime | None:
    return min(
        (
            one.at
            for one in words
            if has_at(stay, one.at)
            and (
                (one.of_supplier and stay.line == SUPPLIER)
                or one.group_id == stay.group_id
                or (not one.noted and (one.author_id, stay.group_id) in members)
            )
        ),
        default=None,
    )


def has_at(stay: Stay, moment: datetime) -> bool:
    """Say whether a ticket was a group's at a moment."""
    return stay.start <= moment and (stay.end is None or moment < stay.end)
