"""Bulk upsert: NDJSON lines of items and relations, through identification like everything else.

Lines are read one by one (see ``lines``), recorded in batches of at most a thousand, each batch in
a transaction of its own; a bad line is answered with what is wrong with it and sinks no other.
Items of a batch are recorded before its relations, so a file may name an item anywhere before
using it.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.inventory.door import BATCH, Inventory
from cmdb.inventory.lookup import parts
from cmdb.inventory.outcomes import Author, Outcome
from cmdb.observation import ItemReference, Observation, SeenRelation
from cmdb.records.items import Item
from cmdb.vocabulary import SourceCode
from server.foundation.database import Database
from server.items.lines import LineOrigin, read_line


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line, counted from 1."""

    line: int
    outcome: str
    id: int | None
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BulkSettings:
    """For whom, from which source and into which organisation lines are recorded.

    ``writable`` is the condition on ``Item`` for what lines may name by number.
    """

    organisation_id: int
    source: SourceCode
    author: Author
    now: datetime
    writable: ColumnElement[bool]


@dataclass(slots=True)
class _Batch:
    """Lines that were read, by their numbers: good ones, and what is wrong with the others."""

    items: dict[int, Observation]
    relations: dict[int, SeenRelation]
    refused: dict[int, LineResult]


def record_lines(
    database: Database, lines: Iterable[bytes], settings: BulkSettings
) -> Iterator[LineResult]:
    """Record ``lines`` and yield a result for each, in order. Memory is bounded by two batches."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    # The next batch is read while the database is busy with this one.
    with ThreadPoolExecutor(1, "bulk-reader") as reader:
        ahead = reader.submit(_read_batch, database, numbered, settings)
        while (batch := ahead.result()).refused or batch.items or batch.relations:
            ahead = reader.submit(_read_batch, database, numbered, settings)
            yield from _record_batch(database, batch, settings)


def _read_batch(
    database: Database, lines: Iterator[tuple[int, bytes]], settings: BulkSettings
) -> _Batch:
    """Read the next lines; an empty batch says that there are no more."""
    origin = LineOrigin(settings.organisation_id, settings.source, settings.now)
    batch = _Batch({}, {}, {})
    for number, line in islice(lines, BATCH):
        try:
            with database.in_force():
                read = read_line(line, origin)
        except InvalidValue as error:
            batch.refused[number] = LineResult(number, "refused", None, error.fields)
            continue
        if isinstance(read, Observation):
            batch.items[number] = read
        else:
            batch.relations[number] = read
    return batch


def _record_batch(
    database: Database, batch: _Batch, settings: BulkSettings
) -> Iterator[LineResult]:
    results = batch.refused
    if batch.items or batch.relations:
        with database.writing() as session:
            results = results | _write(session, batch, settings)
    return (results[number] for number in sorted(results))


def _write(session: Session, batch: _Batch, settings: BulkSettings) -> dict[int, LineResult]:
    door = Inventory(session, settings.now, settings.author)
    results: dict[int, LineResult] = {}
    recorded = door.record_many(list(batch.items.values()))
    for number, result in zip(batch.items, recorded, strict=True):
        doubt = {"identifiers": result.detail} if result.outcome is Outcome.REVIEW else {}
        problems = {**result.problems, **doubt}
        results[number] = LineResult(number, result.outcome, result.item_id, problems)
    for number, problems in _out_of_reach(session, batch.relations, settings).items():
        results[number] = LineResult(number, "refused", None, problems)
        del batch.relations[number]
    related = door.relate(list(batch.relations.values()), settings.source, settings.organisation_id)
    for number, answer in zip(batch.relations, related, strict=True):
        results[number] = LineResult(number, answer.outcome, answer.relation_id, answer.problems)
    return results


def _out_of_reach(
    session: Session, relations: Mapping[int, SeenRelation], settings: BulkSettings
) -> dict[int, dict[str, str]]:
    """Return what is wrong with relations that name items which may not be written."""
    named = {end.item_id for r in relations.values() for end in (r.start, r.end)} - {None}
    known: set[int | None] = {None}
    for part in parts(sorted(i for i in named if i is not None and i < 2**63)):
        known |= set(session.scalars(select(Item.id).where(Item.id.in_(part), settings.writable)))
    found: dict[int, dict[str, str]] = {}
    for number, relation in relations.items():
        ends: dict[str, ItemReference] = {"start": relation.start, "end": relation.end}
        wrong = {
            name: f"there is no item {end}"
            for name, end in ends.items()
            if end.item_id not in known
        }
        if wrong:
            found[number] = wrong
    return found
