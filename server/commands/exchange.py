"""``cadastre import`` and ``cadastre export``: items and relations as NDJSON."""

import json
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy import true

from cmdb.vocabulary import SourceCode
from server.commands.console import complain, done, reporting, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.exporting import ExportFilter, export_lines
from server.commands.helping import ExampleCommand
from server.commands.missing import organisation_id
from server.commands.tables import TableWish, import_table, is_table, resume_table, undo_table
from server.foundation.clock import utc_now
from server.items.actions import author_of
from server.items.bulk import BulkSettings, record_lines

#: So many refused lines are shown; --results has them all.
_SHOWN = 20
_SOURCE = "import:"


@click.command(
    "import",
    cls=ExampleCommand,
    examples=[
        "cadastre import estate.ndjson",
        "cadastre import estate.ndjson --organisation hq --source spreadsheet",
        "zcat estate.ndjson.gz | cadastre import - --results results.ndjson",
        "cadastre import netbox.csv --source netbox --dry-run",
        'cadastre import list.xlsx --class laptop --column "Tag=asset_tag"',
        "cadastre import --undo 7",
    ],
)
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--organisation", help="Code of the organisation it belongs to; the root without.")
@click.option("--source", default="file", help="Name of the source, the same each time; 'file'.")
@click.option("--results", type=click.File("w"), help="Write what became of each line here.")
@click.option("--class", "class_code", default="", help="Of a table: the class of its lines.")
@click.option("--column", "columns", multiple=True, help="Of a table: HEADER=ATTRIBUTE, or @key.")
@click.option("--dry-run", is_flag=True, help="Of a table: what its first 1,000 lines would do.")
@click.option("--undo", type=int, metavar="NUMBER", help="Take the import of a table back.")
@click.option("--resume", type=int, metavar="NUMBER", help="Go on with one that was cut off.")
@pass_command_line
def import_command(
    command_line: CommandLine,
    /,
    file: IO[bytes] | None,
    *,
    organisation: str | None,
    source: str,
    results: IO[str] | None,
    **table: Any,
) -> int:
    """Record items and relations from a file of JSON lines, "-" for standard input.

    Each line is an item or a relation as `cadastre export` writes them and the REST interface
    takes them (docs/api.md). A wrong line is reported and sinks no other. Importing the same file
    again changes nothing. The exit code is 1 when a line was refused.

    The file may be a table, too, CSV or XLSX: exports of NetBox, GLPI, iTop and Snipe-IT are known
    by their columns, of others the columns are guessed. It has a number by which it is taken back.
    """
    if not source.replace("-", "").isalnum() or len(source) > 50:
        raise click.UsageError("--source must be letters, digits and dashes")
    undo, resume = table.pop("undo"), table.pop("resume")
    if [file is None, undo is None, resume is None].count(False) != 1:
        raise click.UsageError("name one file, or the number of an import to --undo or --resume")
    if undo is not None:
        return undo_table(command_line, undo)
    if file is None:
        return resume_table(command_line, resume, results)
    wish = TableWish(organisation, source, **table)
    if is_table(file.name, wish):
        return import_table(command_line, file, wish, results)
    return _import_lines(command_line, file, organisation, source, results)


def _import_lines(
    command_line: CommandLine,
    file: IO[bytes],
    organisation: str | None,
    source: str,
    results: IO[str] | None,
) -> int:
    outcomes: Counter[str] = Counter()
    shown = 0
    with command_line.database() as database, reporting() as reporter:
        with database.reading() as session:
            place = organisation_id(session, organisation)
        author, now = author_of(command_line.actor), utc_now()
        settings = BulkSettings(place, SourceCode(_SOURCE + source), author, now, true())
        reporter.begin("Importing", _lines_in(file))
        for result in record_lines(database, file, settings):
            reporter.advance()
            outcomes[str(result.outcome)] += 1
            problems = "; ".join(f"{name} {why}" for name, why in result.problems.items())
            if problems and (shown := shown + 1) <= _SHOWN:
                complain(f"line {result.line}: {result.outcome}: {problems}")
            if results is not None:
                answer = {"line": result.line, "outcome": result.outcome, "id": result.id}
                results.write(json.dumps(answer | {"problems": dict(result.problems)}) + "\n")
    done(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "empty")
    return int(outcomes["refused"] > 0)


@click.command(
    "export",
    cls=ExampleCommand,
    examples=[
        "cadastre export estate.ndjson",
        "cadastre export --organisation hq --class server | jq .values.name",
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--organisation", help="Code of an organisation; with all below it.")
@click.option("--class", "class_code", help="Only items of this class and the classes below it.")
@pass_command_line
def export_command(
    command_line: CommandLine,
    file: Path | None,
    *,
    organisation: str | None,
    class_code: str | None,
) -> None:
    """Write items with their winning values and identifiers, then relations, as JSON lines.

    To FILE or to standard output, in the form that `cadastre import` reads. People and groups are
    not in it: their numbers mean something here only.
    """
    count = 0
    with command_line.database() as database, database.reading() as session:
        place = organisation_id(session, organisation) if organisation else None
        chosen = ExportFilter(place, class_code or "")
        with file.open("w", encoding="utf-8") if file else nullcontext(sys.stdout) as stream:
            for line in export_lines(session, chosen):
                stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                count += 1
    if file:
        say(f"{count} lines are in {file}")


def _lines_in(file: IO[bytes]) -> int | None:
    """Count the lines of a file that can be read twice."""
    if not file.seekable():
        return None
    count = sum(1 for line in file if line.strip())
    file.seek(0)
    return count
