"""Recording a table, rehearsing it, and taking it back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.model import standing_model
from cmdb.observation import Observation
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item, ItemValue
from cmdb.records.relations import Relation, next_sequence, write_changes
from cmdb.records.sources import ItemIdentifier, ItemSource
from cmdb.vocabulary import SourceCode
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
    session: Session, rows: Sequence[Row], mapping: ColumnMapping, where: Destination
) -> list[LineOutcome]:
    """Record some rows; each has its outcome, and a wrong one sinks no other."""
    keys: dict[str, int] = {}
    good: dict[int, Observation] = {}
    found: dict[int, LineOutcome] = {}
    model, origin = standing_model(), LineOrigin(where.organisation_id, where.source, where.now)
    for row in rows:
        try:
            seen = read_line(line_of(row, mapping, model), origin)
        except InvalidValue as error:
            found[row.number] = LineOutcome(row.number, "refused", problems=error.fields)
            continue
        if not isinstance(seen, Observation):
            continue
        first = keys.setdefault(seen.origin.key, row.number)
        if first != row.number:
            why = {"line": f"means the same thing as line {first}: {seen.origin.key!r}"}
            found[row.number] = LineOutcome(row.number, "refused", problems=why)
            continue
        good[row.number] = seen
    said = _said_before(session, good.values(), where)
    recorded = Inventory(session, where.now, where.author).record_many(list(good.values()))
    for (number, seen), result in zip(good.items(), recorded, strict=True):
        found[number] = _outcome(number, seen, result)
        if result.outcome is Outcome.UPDATED and result.item_id is not None:
            found[number].before = said.get(result.item_id, {})
    return [found[row.number] for row in rows if row.number in found]


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
    outcomes = record_batch(session, list(islice(rows, REHEARSED)), mapping, where)
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


def undo_lines(
    session: Session, run: ImportRun, lines: Sequence[ImportLine], author: Author, now: datetime
) -> dict[str, int]:
    """Take lines back: what they made goes, what they changed is what the source said before.

    An item that others have spoken of since, or that something depends on, loses the list's words
    and stays. Returns how many items went, were put back, and stayed.
    """
    done: Counter[str] = Counter()
    redecider = Inventory(session, now, author).redecider()
    for line in lines:
        if line.item_id is None or session.get(Item, line.item_id) is None:
            continue
        state = session.scalar(
            select(ItemSource).where(
                ItemSource.item_id == line.item_id, ItemSource.source == run.source
            )
        )
        if state is None:
            continue
        if line.outcome == "created" and _delete_item(session, line.item_id, run.source, now):
            done["deleted"] += 1
        elif line.outcome == "created":
            redecider.withdraw(line.item_id, state.id)
            done["kept"] += 1
        else:
            session.execute(
                update(ItemSource).where(ItemSource.id == state.id).values(words=line.before or {})
            )
            session.expire(state)
            redecider.redecide([line.item_id])
            _redecide_gone(session, redecider, line)
            done["restored"] += 1
    return dict(done)


def _redecide_gone(session: Session, redecider: Any, line: ImportLine) -> None:
    """Let go of winners that only the list's words held up."""
    item = session.get_one(Item, line.item_id, populate_existing=True)
    said = session.scalars(select(ItemSource.words).where(ItemSource.item_id == line.item_id))
    spoken = {name for words in said for name in words}
    gone = sorted(item.attributes.keys() - spoken)
    if gone:
        redecider.forget(line.item_id, gone)


def _delete_item(session: Session, item_id: int, source: str, now: datetime) -> bool:
    """Delete an item of which nobody else knows; return whether it could be."""
    others = session.scalar(
        select(ItemSource.id)
        .where(ItemSource.item_id == item_id, ItemSource.source != source)
        .limit(1)
    )
    linked = session.scalar(
        select(Relation.id)
        .where((Relation.start_id == item_id) | (Relation.end_id == item_id))
        .limit(1)
    )
    if others or linked:
        return False
    try:
        with session.begin_nested():
            write_changes(session, next_sequence(session), now, [("item-", item_id)])
            for table in (ItemValue, ItemIdentifier):
                session.execute(delete(table).where(table.item_id == item_id))
            session.execute(delete(Item).where(Item.id == item_id))
    except IntegrityError:
        # A ticket or a change names it by now.
        return False
    return True
