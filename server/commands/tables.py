"""``cadastre import`` of a table: what its columns mean, a rehearsal, the run, and the way back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import click
from sqlalchemy import select

from cmdb.model import standing_model
from server.commands.console import complain, done, reporting, say
from server.commands.environment import CommandLine
from server.commands.missing import organisation_id
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.storage import Storage
from server.imports import actions, jobs
from server.imports.mapping import ColumnMapping, guess_mapping, mapping_from
from server.imports.models import ImportLine, ImportRun
from server.imports.presets import preset_for

#: How the name of a table ends; what ends otherwise are lines of JSON.
SUFFIXES = frozenset({".csv", ".tsv", ".xlsx"})
#: So many refused lines are shown; --results has them all.
_SHOWN = 20
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class TableWish:
    """Where a table goes and what it means; ``columns`` are "Header=attribute"."""

    organisation: str | None
    source: str
    class_code: str
    columns: Sequence[str]
    dry_run: bool


def is_table(name: str, wish: TableWish) -> bool:
    """Say whether a file is a table by its name, or by what is asked of it."""
    asked = wish.class_code or wish.columns or wish.dry_run
    return bool(asked) or Path(name).suffix.casefold() in SUFFIXES


def import_table(
    command_line: CommandLine, file: IO[bytes], wish: TableWish, results: IO[str] | None
) -> int:
    """Record a table, or rehearse its first lines; return 1 when a line was refused."""
    name = "import.csv" if file.name in {"-", "<stdin>"} else Path(str(file.name)).name
    storage = Storage(command_line.settings.home / jobs.UPLOADS)
    actor, now = command_line.actor, utc_now()
    with command_line.database() as database:
        with database.writing() as session:
            where = (organisation_id(session, wish.organisation), wish.source)
            given = (name, cast("BinaryIO", file))
            run = actions.begin_import(session, actor, storage, given, where, now)
            try:
                actions.map_columns(session, actor, run.id, _meant(run, wish))
            except BaseException:
                storage.remove(run.stored_name)
                raise
            _say_columns(run)
            if wish.dry_run:
                found = actions.rehearse_import(session, actor, storage, run.id, now)
                storage.remove(run.stored_name)
                session.delete(run)
                return _tell_rehearsal(found)
            actions.begin_running(session, actor, run.id)
            number = run.id
        return _carry_out(command_line, database, number, jobs.run_import, results)


def undo_table(command_line: CommandLine, number: int) -> int:
    """Take the import of a table back."""
    with command_line.database() as database:
        with database.writing() as session:
            actions.begin_undoing(session, command_line.actor, number)
        return _carry_out(command_line, database, number, jobs.undo_import, None)


def resume_table(command_line: CommandLine, number: int, results: IO[str] | None) -> int:
    """Go on with an import, or with taking it back, that was cut off."""
    with command_line.database() as database:
        with database.reading() as session:
            state = actions.find_run(session, command_line.actor, number).state
        act = {"running": jobs.run_import, "undoing": jobs.undo_import}.get(state)
        if act is None:
            raise click.UsageError(f"import {number} is {state}: there is nothing to go on with")
        return _carry_out(command_line, database, number, act, results)


def _meant(run: ImportRun, wish: TableWish) -> ColumnMapping:
    mapping = mapping_from(run.mapping)
    if wish.class_code:
        guessed = guess_mapping(run.headers, standing_model(), wish.class_code)
        mapping = replace(mapping, class_code=guessed.class_code)
    columns = dict(mapping.columns)
    for told in wish.columns:
        header, sign, meaning = told.rpartition("=")
        if not sign or header not in run.headers:
            known = ", ".join(run.headers[:_SHOWN])
            raise click.UsageError(f"--column {told}: must be one of the columns ({known})=meaning")
        columns = {one: old for one, old in columns.items() if old != meaning}
        columns[header] = meaning
    return replace(mapping, columns=columns)


def _say_columns(run: ImportRun) -> None:
    preset = preset_for(run.headers)
    if preset is not None:
        say(f"This looks like {preset.label}.")
    meant = mapping_from(run.mapping)
    told = [f"{header} = {meant.columns.get(header) or 'left out'}" for header in run.headers]
    say("Columns: " + "; ".join(told))


def _tell_rehearsal(found: Sequence[Any]) -> int:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    _tell_problems([(one.number, one.outcome, one.problems) for one in found if one.problems])
    for one in [one for one in found if one.changes][:_SHOWN]:
        changes = "; ".join(f"{name} {old!r} → {new!r}" for name, (old, new) in one.changes.items())
        say(f"line {one.number}: {changes}")
    done(f"The first {len(found)} lines would be: {_counted(counts)}. Nothing was written.")
    return int(counts.get("refused", 0) > 0)


def _tell_problems(lines: Sequence[tuple[int, str, Mapping[str, str]]]) -> None:
    for number, outcome, problems in lines[:_SHOWN]:
        why = "; ".join(f"{name} {problem}" for name, problem in problems.items())
        complain(f"line {number}: {outcome}: {why}")


def _carry_out(
    command_line: CommandLine,
    database: Database,
    number: int,
    act: Callable[[JobContext], Any],
    results: IO[str] | None,
) -> int:
    asked = {"run": number, "person_id": command_line.actor.person_id}
    with reporting() as reporter:
        act(JobContext(database, command_line.settings, asked, progress=reporter))
    with database.reading() as session:
        run = actions.find_run(session, command_line.actor, number)
        if run.state == "failed":
            complain(f"import {number}: {run.problem}")
            return 1
        if run.state == "done":
            lines = select(ImportLine).where(ImportLine.run_id == number)
            bad = lines.where(ImportLine.outcome.in_(("refused", "review")))
            rows = session.scalars(bad.order_by(ImportLine.number).limit(_SHOWN))
            _tell_problems([(row.number, row.outcome, row.problems) for row in rows])
        done(f"Import {number} is {run.state}: {_counted(run.counts)}.")
        if run.state == "done":
            say(f"`cadastre import --undo {number}` takes it back.")
        counts = run.counts
    if results is not None:
        _write_results(database, number, results)
    return int(run.state == "done" and counts.get("refused", 0) > 0)


def _write_results(database: Database, number: int, results: IO[str]) -> None:
    last = 0
    query = select(ImportLine).where(ImportLine.run_id == number).order_by(ImportLine.number)
    while True:
        with database.reading() as session:
            rows = session.scalars(query.where(ImportLine.number > last).limit(_PAGE)).all()
        if not rows:
            return
        last = rows[-1].number
        for row in rows:
            answer = {"line": row.number, "outcome": row.outcome, "id": row.item_id}
            results.write(json.dumps(answer | {"problems": row.problems}) + "\n")


def _counted(counts: Mapping[str, int]) -> str:
    told = [f"{count} {outcome}" for outcome, count in sorted(counts.items()) if count]
    return ", ".join(told) or "empty"
