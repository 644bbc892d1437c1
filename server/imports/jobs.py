"""Runs an import and takes it back in the background: some lines a transaction."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.inventory.outcomes import Author
from cmdb.vocabulary import SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.storage import Storage
from server.imports.actions import rows_of
from server.imports.doubles import FirstLines
from server.imports.mapping import ColumnMapping, mapping_from
from server.imports.models import ImportRun
from server.imports.running import Destination, batches, keep_lines, read_row, record_batch
from server.imports.tables import Row
from server.imports.undoing import lines_to_undo, undo_lines

#: The folder of files on their way in, below the data folder.
UPLOADS = "imports"


def run_import(context: JobContext) -> Mapping[str, Any] | None:
    """Record the file of a run. Payload: ``run``. Running it again records nothing twice."""
    run_id = int(context.payload["run"])
    storage = Storage(context.settings.home / UPLOADS)
    with context.database.reading() as session:
        run = session.get(ImportRun, run_id)
        if run is None or run.state != "running":
            return None
    try:
        _record(context, storage, run_id)
    except InvalidValue as error:
        _finish(context.database, run_id, "failed", str(error))
        return None
    return _finish(context.database, run_id, "done")


def _record(context: JobContext, storage: Storage, run_id: int) -> None:
    with context.database.reading() as session:
        run = session.get_one(ImportRun, run_id)
    mapping = mapping_from(run.mapping)
    author = Author(run.person_id, context.request_id)
    where = Destination(run.organisation_id, SourceCode(run.source), author, utc_now())
    # Lines are counted in the transaction that records them: a second attempt goes on there.
    done = sum(run.counts.values())
    context.progress.begin("Importing", _count_lines(context, storage, run))
    context.progress.advance(done)
    with rows_of(storage, run) as rows, FirstLines() as lines:
        for batch in batches(islice(rows, done)):
            context.go_on()
            with context.database.in_force():
                _note(batch, mapping, where, lines)
        for batch in batches(rows):
            context.go_on()
            with context.database.writing() as session:
                outcomes = record_batch(session, batch, mapping, where, lines)
                keep_lines(session, session.get_one(ImportRun, run_id), outcomes)
            context.progress.advance(len(batch))


def _count_lines(context: JobContext, storage: Storage, run: ImportRun) -> int:
    """Return how many lines a file has.

    Raises ``InvalidValue`` for one that cannot be read to its end, before any line lands.
    """
    count = 0
    with rows_of(storage, run) as rows:
        for batch in batches(rows):
            context.go_on()
            count += len(batch)
    return count


def _note(
    rows: Iterable[Row], mapping: ColumnMapping, where: Destination, lines: FirstLines
) -> None:
    """Remember what lines are about that an earlier attempt has recorded."""
    for row in rows:
        with suppress(InvalidValue):
            read_row(row, mapping, where, lines)


def undo_import(context: JobContext) -> Mapping[str, Any] | None:
    """Take a run back, going on where an attempt ended. Payload: ``run`` and ``person_id``."""
    run_id = int(context.payload["run"])
    author = Author(context.payload["person_id"], context.request_id)
    below: int | None = None
    context.progress.begin("Taking back")
    while True:
        context.go_on()
        with context.database.writing() as session:
            run = session.get(ImportRun, run_id)
            if run is None or run.state != "undoing":
                return None
            lines = lines_to_undo(session, run, below)
            if lines:
                undo_lines(session, run, lines, author, utc_now())
                below = lines[-1].number
                context.progress.advance(len(lines))
                continue
        return _finish(context.database, run_id, "undone")


def _finish(database: Database, run_id: int, state: str, problem: str = "") -> Mapping[str, Any]:
    with database.writing() as session:
        run = session.get_one(ImportRun, run_id)
        run.state, run.problem, run.finished_at = state, problem, utc_now()
        return dict(run.counts)
