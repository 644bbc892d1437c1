"""``cadastre advisories``: known vulnerabilities and ends of support, from files."""

from pathlib import Path

import click

from cmdb.errors import InvalidValue
from server.commands.console import complain, done, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.clock import utc_now
from server.foundation.paging import PageRequest
from server.items.advisories import queries
from server.items.advisories.importing import import_advisories


@click.group("advisories", cls=ExampleGroup)
def advisories_group() -> None:
    """Hold installed software against known vulnerabilities, without asking anybody."""


@advisories_group.command(
    "import",
    cls=ExampleCommand,
    examples=[
        "cadastre advisories import osv/DSA-*.json",
        "cadastre advisories import nvdcve-2.0-2026.json debian.json",
    ],
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@pass_command_line
def import_command(command_line: CommandLine, files: tuple[Path, ...]) -> int:
    """Bring files of OSV, of NVD, or of life cycles by endoflife.date.

    A file of life cycles is called as its product: debian.json. The same file again changes
    nothing. A file that is none of these is named and passed over; the exit code is 1 then.
    """
    stored = withdrawn = refused = wrong = 0
    with command_line.database() as database:
        for file in files:
            try:
                now, actor = utc_now(), command_line.actor
                brought = import_advisories(database, actor, file.read_bytes(), file.name, now)
            except InvalidValue as error:
                complain(f"{file}: {error}")
                wrong += 1
                continue
            stored += brought.stored
            withdrawn += brought.withdrawn
            refused += brought.refused
    done(f"{stored} advisories stand, {withdrawn} were withdrawn, {refused} made no sense.")
    return int(wrong > 0)


@advisories_group.command("list", cls=ExampleCommand, examples=["cadastre advisories list"])
@click.option("--limit", type=click.IntRange(1, 500), default=50, help="How many; 50.")
@pass_command_line
def list_command(command_line: CommandLine, limit: int) -> None:
    """List the gravest vulnerabilities of what is installed, and what support ends."""
    with command_line.database() as database, database.reading() as session:
        asked = PageRequest(limit=limit)
        actor = command_line.actor
        page = queries.list_advisories(session, actor, queries.AdvisoryFilter(), asked)
        rows = [
            (
                row.advisory.code,
                row.advisory.severity or "unknown",
                "" if row.advisory.score is None else f"{row.advisory.score:.1f}",
                str(row.items),
                row.advisory.summary[:60],
            )
            for row in page.rows
        ]
        cycles = [
            (row.product, row.release, row.ends_on.isoformat(), str(row.items))
            for row in queries.ending_cycles(session, actor)
        ]
    show_table(("Advisory", "Severity", "CVSS", "Items", "What"), rows)
    if cycles:
        say("")
        show_table(("Product", "Release", "Support ends", "Items"), cycles)
