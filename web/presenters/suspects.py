"""What changed before a failure, as one line each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmdb.model import Model
from web.presenters.items import history_row
from web.presenters.reader import Reader
from web.presenters.times import duration

#: Differences of one moment that a line names before it only counts them.
_NAMED = 3


@dataclass(frozen=True)
class SuspectLine:
    """One suspect: ``score`` runs from 0 to 1, ``change`` is None for a difference."""

    score: float
    score_text: str
    item: Any
    what: str
    at: datetime
    before: str
    #: How far upstream; empty on the affected items themselves.
    hops: str
    change: Any


def suspect_lines(
    rows: Iterable[Any],
    failed_at: datetime,
    names: Mapping[int, str],
    model: Model,
    reader: Reader,
) -> list[SuspectLine]:
    """Return the lines of suspects (server.desk SuspectRow), in their order.

    ``names`` holds the far ends of relations by id.
    """
    return [
        SuspectLine(
            score=row.score,
            score_text=f"{row.score:.2f}".removeprefix("0"),
            item=row.item,
            what=row.change.title if row.change else _differences(row, names, model, reader),
            at=row.at,
            before=_before(failed_at - row.at, reader),
            hops=_hops(row.hops, reader),
            change=row.change,
        )
        for row in rows
    ]


def far_ends(rows: Iterable[Any]) -> set[int]:
    """Return the ids of the items at the far end of relations that came or went."""
    return {far for row in rows for entry in row.entries if (far := _far(row, entry)) is not None}


def _far(row: Any, entry: Any) -> int | None:
    far: int | None = entry.other_id if entry.item_id == row.item.id else entry.item_id
    return far


def _differences(row: Any, names: Mapping[int, str], model: Model, reader: Reader) -> str:
    hidden = reader.gettext("an item outside your view")
    said = []
    for entry in row.entries[:_NAMED]:
        other = names.get(_far(row, entry) or 0, hidden)
        shown = history_row(model, row.item.class_code, entry, other, reader)
        values = " → ".join(value for value in (shown.old, shown.new) if value)
        said.append(f"{shown.what}: {values}" if values else shown.what)
    rest = len(row.entries) - _NAMED
    if rest > 0:
        said.append(reader.ngettext("%(num)d more", "%(num)d more", rest) % {"num": rest})
    return ", ".join(said)


def _before(distance: Any, reader: Reader) -> str:
    return reader.gettext("%(time)s before") % {"time": duration(distance.total_seconds(), reader)}


def _hops(number: int, reader: Reader) -> str:
    if not number:
        return ""
    return reader.ngettext("%(num)d hop up", "%(num)d hops up", number) % {"num": number}
