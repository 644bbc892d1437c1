"""Imports step by step: a file comes, columns get a meaning; it is rehearsed, runs, is undone."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.model.text import clean
from cmdb.vocabulary import SourceCode
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.foundation.storage import Storage
from server.imports.mapping import ColumnMapping, check_mapping, guess_mapping, mapping_from
from server.imports.models import ImportLine, ImportRun
from server.imports.running import Destination, LineOutcome, rehearse
from server.imports.tables import Row, read_table
from server.items.actions import author_of
from server.items.organisations import require_organisation

#: The kind of job that runs an import, as in ``server.wiring.JOBS``.
RUN_IMPORT = "imports.run"
#: The kind of job that takes one back.
UNDO_IMPORT = "imports.undo"
#: Not an outcome: lines with problems, whatever became of them.
FAULTY = "faulty"
_SAMPLED = 5
_RUNNABLE = frozenset({"mapped", "failed"})


def begin_import(
    session: Session,
    actor: Actor,
    storage: Storage,
    upload: tuple[str, BinaryIO],
    where: tuple[int, str],
    now: datetime,
) -> ImportRun:
    """Keep a file (name, content) for (organisation, name of the source); guess its columns.

    The mapping that the same source had the last time is taken where the headers fit. Raises
    ``InvalidValue`` for a file that is no table.
    """
    organisation_id, name = where
    require_organisation(session, actor, Permission.ITEM_IMPORT, organisation_id)
    source = _source(name)
    kept = storage.keep(upload[1])
    try:
        with storage.open(kept.name) as file, closing(read_table(file, upload[0])) as rows:
            first = next(rows, None)
    except InvalidValue:
        storage.remove(kept.name)
        raise
    if first is None:
        storage.remove(kept.name)
        raise InvalidValue({"file": "has headers and no lines"})
    headers = list(first.cells)
    run = ImportRun(
        organisation_id=organisation_id,
        person_id=actor.person_id,
        source=source,
        file_name=clean(upload[0])[:200],
        stored_name=kept.name,
        headers=headers,
        mapping=_first_mapping(session, organisation_id, source, headers).document(),
        state="mapped",
        counts={},
        at=now,
    )
    session.add(run)
    session.flush()
    return run


def _source(name: str) -> str:
    word = clean(name).casefold() or "sheet"
    if not word.replace("-", "").replace("_", "").isalnum() or len(word) > 50 or not word.isascii():
        raise InvalidValue({"source": "must be letters, digits and dashes"})
    return f"import:{word}"


def _first_mapping(
    session: Session, organisation_id: int, source: str, headers: Sequence[str]
) -> ColumnMapping:
    last = session.scalar(
        select(ImportRun)
        .where(ImportRun.organisation_id == organisation_id, ImportRun.source == source)
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    if last is not None and set(last.mapping.get("columns", {})) <= set(headers):
        return mapping_from(last.mapping)
    return guess_mapping(headers, standing_model())


def find_run(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """Return a run of an organisation in which the actor may import. Raises ``NotFound``."""
    actor.require(Permission.ITEM_IMPORT)
    seen = visible(actor, Permission.ITEM_IMPORT, ScopeColumns(ImportRun.organisation_id))
    run = session.scalar(select(ImportRun).where(ImportRun.id == run_id, seen))
    if run is None:
        raise NotFound("import", run_id)
    return run


def list_runs(session: Session, actor: Actor, request: PageRequest) -> Page[ImportRun]:
    """Return a page of the runs, the latest first."""
    actor.require(Permission.ITEM_IMPORT)
    seen = visible(actor, Permission.ITEM_IMPORT, ScopeColumns(ImportRun.organisation_id))
    latest = PageRequest("-id", request.cursor, request.limit)
    query = select(ImportRun).where(seen)
    return fetch_page(session, query, latest, {"id": SortKey(ImportRun.id, int)}, ImportRun.id)


def lines_of(
    session: Session, actor: Actor, run_id: int, request: PageRequest, outcome: str = ""
) -> Page[ImportLine]:
    """Return a page of what became of a run's lines; ``FAULTY`` asks for those with problems."""
    find_run(session, actor, run_id)
    query = select(ImportLine).where(ImportLine.run_id == run_id)
    if outcome == FAULTY:
        query = query.where(cast(ImportLine.problems, String) != "{}")
    elif outcome:
        query = query.where(ImportLine.outcome == outcome)
    in_order = PageRequest("number", request.cursor, request.limit)
    sorts = {"number": SortKey(ImportLine.number, int)}
    return fetch_page(session, query, in_order, sorts, ImportLine.number)


def map_columns(session: Session, actor: Actor, run_id: int, mapping: ColumnMapping) -> ImportRun:
    """Say what the columns mean. Raises ``InvalidValue`` by column, ``Conflict`` once it ran."""
    run = find_run(session, actor, run_id)
    if run.state not in _RUNNABLE:
        raise Conflict(f"an import that is {run.state} keeps its mapping")
    check_mapping(mapping, run.headers, standing_model())
    kept = mapping_from(run.mapping)
    run.mapping = ColumnMapping(
        {header: mapping.columns.get(header, "") for header in run.headers},
        mapping.class_code,
        mapping.classes or kept.classes,
        mapping.values or kept.values,
    ).document()
    return run


@contextmanager
def rows_of(storage: Storage, run: ImportRun) -> Iterator[Iterator[Row]]:
    """Open the file of a run, row by row."""
    with storage.open(run.stored_name) as file, closing(read_table(file, run.file_name)) as rows:
        yield rows


def sample_of(storage: Storage, run: ImportRun) -> dict[str, list[str]]:
    """Return the first cells under each header."""
    found: dict[str, list[str]] = {header: [] for header in run.headers}
    with rows_of(storage, run) as rows:
        for _, row in zip(range(_SAMPLED), rows, strict=False):
            for header, cell in row.cells.items():
                if cell and cell not in found[header]:
                    found[header].append(cell)
    return found


def rehearse_import(
    session: Session, actor: Actor, storage: Storage, run_id: int, now: datetime
) -> list[LineOutcome]:
    """Return what the first lines would do; nothing stays written."""
    run = find_run(session, actor, run_id)
    mapping = mapping_from(run.mapping)
    check_mapping(mapping, run.headers, standing_model())
    with rows_of(storage, run) as rows:
        return rehearse(session, rows, mapping, destination_of(run, actor, now))


def destination_of(run: ImportRun, actor: Actor, now: datetime) -> Destination:
    """Return where a run's lines go."""
    return Destination(run.organisation_id, SourceCode(run.source), author_of(actor), now)


def start_import(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """Let a mapped file run in the background. Raises ``Conflict`` when it runs or ran."""
    run = begin_running(session, actor, run_id)
    enqueue(session, RUN_IMPORT, {"run": run.id}, key=f"import:{run.id}")
    return run


def begin_running(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """Say that a mapped file runs, for a caller who carries it out. Raises ``Conflict``."""
    run = find_run(session, actor, run_id)
    if run.state not in _RUNNABLE:
        raise Conflict(f"this import is {run.state}")
    check_mapping(mapping_from(run.mapping), run.headers, standing_model())
    undoing = select(ImportRun.id).where(
        ImportRun.organisation_id == run.organisation_id,
        ImportRun.source == run.source,
        ImportRun.state == "undoing",
    )
    if session.scalar(undoing.limit(1)) is not None:
        raise Conflict("an import of the same source is being taken back; wait for its end")
    run.state, run.problem, run.counts = "running", "", {}
    audit.record(session, actor, "import.started", f"import:{run.id}", {"source": run.source})
    return run


def undo_import(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """Let a finished run be taken back in the background. Raises ``Conflict`` for any other."""
    run = begin_undoing(session, actor, run_id)
    asked = {"run": run.id, "person_id": actor.person_id}
    enqueue(session, UNDO_IMPORT, asked, key=f"import-undo:{run.id}")
    return run


def begin_undoing(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """Say that a finished run is taken back, for a caller who does it. Raises ``Conflict``.

    Only the latest run of a source can be undone: what came later rests on it.
    """
    run = find_run(session, actor, run_id)
    if run.state != "done":
        raise Conflict(f"an import that is {run.state} cannot be undone")
    later = session.scalar(
        select(ImportRun.id)
        .where(
            ImportRun.organisation_id == run.organisation_id,
            ImportRun.source == run.source,
            ImportRun.id > run.id,
            ImportRun.state.in_(("running", "done", "undoing")),
        )
        .limit(1)
    )
    if later is not None:
        raise Conflict(f"undo the later import {later} of the same source first")
    run.state = "undoing"
    audit.record(session, actor, "import.undone", f"import:{run.id}", {"source": run.source})
    return run
