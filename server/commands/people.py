"""``cadastre people``: personnel lists, set up and delivered without the pages."""

from typing import IO, Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.commands.console import complain, done, show_table, waiting
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.missing import organisation_id
from server.foundation.clock import utc_now
from server.people.actions.rosters import create_roster, take_delivery
from server.people.models import Roster, RosterRun
from server.people.rostering import carry_out, foresee
from server.people.rules.logins import login_key
from server.people.rules.roster_lines import rows_of_csv
from server.people.rules.roster_plan import RosterReport

_MOMENT = "%Y-%m-%d %H:%M"


@click.group("people", cls=ExampleGroup, examples=["cadastre people deliver hr staff.csv"])
def people_group() -> None:
    """See the personnel lists that people come from, and deliver them."""


@people_group.command("lists", cls=ExampleCommand, examples=["cadastre people lists"])
@pass_command_line
def lists(command_line: CommandLine) -> None:
    """List personnel lists, in what each wins, and how its last delivery ended."""
    with command_line.database() as database, database.reading() as session:
        rows = [
            (
                row.code,
                row.name,
                "on" if row.enabled else "off",
                "everybody" if row.complete else "some",
                " ".join(row.wins),
                _last(session, row.id),
            )
            for row in session.scalars(select(Roster).order_by(Roster.code))
        ]
    show_table(("Code", "Name", "Switched", "Holds", "Wins in", "Last delivery (UTC)"), rows)


@people_group.command(
    "add-list",
    cls=ExampleCommand,
    examples=[
        "cadastre people add-list hr --name Personnel --complete",
        "cadastre people add-list hr --name Personnel --column 'department=Cost centre'",
    ],
)
@click.argument("code")
@click.option("--name", required=True, help="As the pages show it.")
@click.option("--organisation", help="Whose people it is about; the root without it.")
@click.option("--complete", is_flag=True, help="It holds everybody: whoever is missing has left.")
@click.option("--no-new", is_flag=True, help="It writes down nobody whom nobody else knows.")
@click.option("--column", multiple=True, metavar="FIELD=HEADER", help="Which header is a field.")
@click.option("--wins", multiple=True, metavar="FIELD", help="Where it goes before directories.")
@pass_command_line
def add_list(command_line: CommandLine, /, code: str, **given: Any) -> None:
    """Add the personnel list CODE. English headers of columns are understood by themselves."""
    values: dict[str, Any] = {
        "code": code,
        "name": given["name"],
        "columns": dict(map(_pair, given["column"])),
        "complete": given["complete"],
        "creates": not given["no_new"],
    }
    if given["wins"]:
        values["wins"] = list(given["wins"])
    with command_line.database() as database, database.writing() as session:
        values["organisation_id"] = organisation_id(session, given["organisation"])
        row = create_roster(session, command_line.actor, values, utc_now())
        told = row.code
    done(f"{told} is added; deliver it with: cadastre people deliver {told} FILE")


@people_group.command(
    "deliver",
    cls=ExampleCommand,
    examples=[
        "cadastre people deliver hr staff.csv --dry-run",
        "cadastre people deliver hr staff.csv",
        "cadastre people deliver hr - --confirm < staff.csv",
    ],
)
@click.argument("code")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@click.option("--confirm", is_flag=True, help="Carry it out even if it disables many people.")
@pass_command_line
def deliver(
    command_line: CommandLine, code: str, file: IO[bytes], *, dry_run: bool, confirm: bool
) -> None:
    """Deliver a CSV file of the list CODE, "-" for standard input, and carry it out at once.

    A line that cannot be carried out is named and sinks no other. A file by which more than 5 % or
    50 people would leave writes nothing until --confirm is said.
    """
    rows, now = rows_of_csv(file.read()), utc_now()
    with command_line.database() as database:
        with database.reading() as session:
            found = _list_called(session, code)
            session.expunge(found)
        if dry_run:
            plan, report = foresee(database, found, rows, now)
            counts = (len(plan.new), len(plan.joined), len(plan.changed), len(plan.leaving))
            _show(counts, report)
            done(f"It would want --confirm: {report.doubt}." if report.doubt else "All of it fits.")
            done("Nothing was written.")
            return
        with database.writing() as session:
            name = getattr(file, "name", "").rpartition("/")[2]
            roster = session.get_one(Roster, found.id)
            run = take_delivery(
                session, command_line.actor, roster, rows, now, file_name=name.strip("<>")
            )
            run_id = run.id
        with waiting("Carrying the list out"):
            report = carry_out(database, run_id, now, confirm=confirm)
    _tell(report)


def _tell(report: RosterReport) -> None:
    if report.state == "failed":
        raise click.ClickException(report.error)
    counts = (
        report.persons_created,
        report.persons_joined,
        report.persons_changed,
        report.persons_deactivated,
    )
    _show(counts, report)
    if report.state == "held":
        raise click.ClickException(
            f"nothing was written, because {report.doubt}; if that is right, say --confirm"
        )
    done(f"{report.lines_read} lines were carried out.")


def _show(counts: tuple[int, int, int, int], report: RosterReport) -> None:
    for conflict in report.conflicts:
        complain(conflict)
    if more := report.conflict_count - len(report.conflicts):
        complain(f"and {more} lines more")
    show_table(("New", "Joined", "Changed", "Left"), [tuple(map(str, counts))])


def _list_called(session: Session, code: str) -> Roster:
    found = session.scalars(select(Roster).where(Roster.code == login_key(code))).first()
    if found is None:
        raise NotFound("personnel list", code)
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, header = text.partition("=")
    if not equals:
        raise click.UsageError(f"--column must look like department=Unit, not {text}")
    return name.strip(), header.strip()


def _last(session: Session, roster_id: int) -> str:
    run = session.execute(
        select(RosterRun.state, RosterRun.started_at)
        .where(RosterRun.roster_id == roster_id)
        .order_by(RosterRun.id.desc())
        .limit(1)
    ).first()
    return f"{run.state}, {run.started_at:{_MOMENT}}" if run else "never"
