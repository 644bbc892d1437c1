"""Recording a table, and rehearsing it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.model import standing_model
from cmdb.observation import Observation
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import SourceCode
from server.imports.doubles import FirstLines
from server.imports.mapping import ColumnMapping, line_of
from server.imports.models import ImportLine, ImportRun
from server.imports.tables import Row
from server.items.lines import LineOrigin, read_line

#: Lines that one transaction records.
BATCH = 1000
#: Lines a rehearsal looks at.
REHEARSED = 1000


@dataclass(frozen=True, slots=True)
class Destination:
    """For whom, from which source and into which organisation a table is recorded."""

    organisation_id: int
    source: SourceCode
    author: Author
    now: datetime


@dataclass(slots=True)
class LineOutcome:
    """What became of a line, or would; ``changes`` are {attribute: (old, new)}."""

    number: int
    outcome: str
    item_id: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    name: str = ""


def batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Cut rows into batches."""
    while batch := list(islice(rows, BATCH)):
        yield batch


def record_batch(
    session: Session,
    rows: Sequence[Row],
    mapping: ColumnMapping,
    where: Destination,
    lines: FirstLines,
) -> list[LineOutcome]:
    """Record some rows; each has its outcome, and a wrong one sinks no other.

    ``lines`` holds what earlier rows of the file are about; these are added.
    """
    good: dict[int, Observation] = {}
    found: dict[int, LineOutcome] = {}
    for row in rows:
        try:
            good[row.number] = read_row(row, mapping, where, lines)
        except InvalidValue as error:
            found[row.number] = LineOutcome(row.number, "refused", problems=error.fields)
    said = _said_before(session, good.values(), where)
    recorded = Inventory(session, where.now, where.author).record_many(list(good.values()))
    for (number, seen), result in zip(good.items(), recorded, strict=True):
        found[number] = _outcome(number, seen, result)
        if result.outcome is Outcome.UPDATED and result.item_id is not None:
            found[number].before = said.get(result.item_id, {})
    return [found[row.number] for row in rows if row.number in found]


def read_row(
    row: Row, mapping: ColumnMapping, where: Destination, lines: FirstLines
) -> Observation:
    """Return what a row says. Raises ``InvalidValue`` by column, and for a thing named twice."""
    origin = LineOrigin(where.organisation_id, where.source, where.now)
    seen = read_line(line_of(row, mapping, standing_model()), origin)
    if not isinstance(seen, Observation):
        raise InvalidValue({"line": "must be an item"})
    first = lines.first(seen.origin.key, row.number)
    if first != row.number:
        raise InvalidValue({"line": f"means the same thing as line {first}: {seen.origin.key!r}"})
    return seen


def _outcome(number: int, seen: Observation, result: Recorded) -> LineOutcome:
    problems = dict(result.problems)
    if result.outcome is Outcome.REVIEW:
        problems["identifiers"] = result.detail
    name = str(seen.values.get("name") or "")
    return LineOutcome(number, str(result.outcome), result.item_id, problems, name=name)


def _said_before(
    session: Session, seen: Iterable[Observation], where: Destination
) -> dict[int, dict[str, Any]]:
    """Return what the source had said of the items that the lines name, by item."""
    query = select(ItemSource.item_id, ItemSource.words).where(
        ItemSource.organisation_id == where.organisation_id,
        ItemSource.source == where.source,
        ItemSource.key.in_([one.origin.key for one in seen]),
    )
    return {row.item_id: dict(row.words) for row in session.execute(query)}


def rehearse(
    session: Session, rows: Iterator[Row], mapping: ColumnMapping, where: Destination
) -> list[LineOutcome]:
    """Return what recording the first ``REHEARSED`` rows would do; everything is rolled back."""
    savepoint = session.begin_nested()
    newest = session.scalar(select(HistoryEntry.id).order_by(HistoryEntry.id.desc()).limit(1)) or 0
    with FirstLines() as lines:
        outcomes = record_batch(session, list(islice(rows, REHEARSED)), mapping, where, lines)
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    told = select(HistoryEntry.item_id, HistoryEntry.subject, HistoryEntry.detail).where(
        HistoryEntry.id > newest, HistoryEntry.kind == "changed"
    )
    for item_id, subject, detail in session.execute(told):
        changes.setdefault(item_id, {})[subject] = (detail.get("old"), detail.get("new"))
    savepoint.rollback()
    session.expire_all()
    for one in outcomes:
        one.changes = changes.get(one.item_id or 0, {})
    return outcomes


def keep_lines(session: Session, run: ImportRun, outcomes: Sequence[LineOutcome]) -> None:
    """Write what became of the lines, and count it."""
    counts = Counter(run.counts)
    counts.update(one.outcome for one in outcomes)
    run.counts = dict(counts)
    rows = [
        {
            "run_id": run.id,
            "number": one.number,
            "outcome": one.outcome,
            "item_id": one.item_id,
            "problems": dict(one.problems),
            "before": one.before,
        }
        for one in outcomes
        if one.outcome != "unchanged" or one.problems
    ]
    insert_rows(session, ImportLine, rows)
