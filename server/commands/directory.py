"""``cadastre directory``: bring people and groups up to date without the pages."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.commands.console import complain, done, show_table, waiting
from server.commands.directory_computers import computers, directory_called, read_computers
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.clock import utc_now
from server.foundation.errors import DirectoryUnavailable
from server.people.models import Directory, DirectoryRun
from server.people.rules.sync_plan import SyncReport
from server.people.sources import access_of
from server.people.sync import sync_directory

_MOMENT = "%Y-%m-%d %H:%M"
_COLUMNS = ("Code", "Name", "Address", "Switched", "Last synchronisation (UTC)", "Changes by")


@click.group("directory", cls=ExampleGroup, examples=["cadastre directory sync ldap"])
def directory_group() -> None:
    """See the directories that people come from, and synchronise them now."""


directory_group.add_command(computers)
directory_group.add_command(read_computers)


@directory_group.command("list", cls=ExampleCommand, examples=["cadastre directory list"])
@pass_command_line
def list_directories(command_line: CommandLine) -> None:
    """List directories: address, how the last synchronisation ended, how changes are learnt."""
    with command_line.database() as database, database.reading() as session:
        rows = [
            (
                *(row.code, row.name, row.url, "on" if row.enabled else "off"),
                _last(session, row.id),
                ", ".join(text for text in (row.changes_by, row.changes_by_why) if text),
            )
            for row in session.scalars(select(Directory).order_by(Directory.code))
        ]
    show_table(_COLUMNS, rows)


@directory_group.command(
    "sync",
    cls=ExampleCommand,
    examples=["cadastre directory sync ldap", "cadastre directory sync ldap --confirm"],
)
@click.argument("code")
@click.option("--changes", is_flag=True, help="Read only what changed since the last time.")
@click.option("--confirm", is_flag=True, help="Carry it out even if it disables many people.")
@pass_command_line
def synchronise(command_line: CommandLine, code: str, *, changes: bool, confirm: bool) -> None:
    """Bring people and groups to what the directory says, and print what was done.

    One that would disable more than 5 % or 50 people writes nothing until --confirm is said.
    """
    with command_line.database() as database:
        with database.reading() as session:
            directory_id = directory_called(session, code).id
        with waiting("Reading the directory"):
            report = sync_directory(
                database,
                access_of(command_line.settings),
                directory_id,
                utc_now(),
                confirm=confirm,
                delta=changes,
            )
    _tell(report)


def _tell(report: SyncReport) -> None:
    if report.state == "failed":
        raise DirectoryUnavailable(report.error)
    if report.state == "held" and report.held_part:
        raise click.ClickException(
            f"people and groups were written, but no {report.held_part}, because {report.doubt}; "
            "if that is right, say --confirm"
        )
    if report.state == "held":
        raise click.ClickException(
            f"nothing was written, because {report.doubt}; if that is right, say --confirm"
        )
    counts = (
        ("people", report.persons_created, report.persons_changed, report.persons_deactivated),
        ("groups", report.groups_created, report.groups_changed, report.groups_deactivated),
    )
    show_table(
        ("What", "New", "Changed", "Left"), [tuple(str(cell) for cell in row) for row in counts]
    )
    for conflict in report.conflicts:
        complain(conflict)
    done(f"{report.persons_seen} people and {report.groups_seen} groups were read.")
    if report.computers_seen:
        done(
            f"{report.computers_seen} computers were read: {report.computers_matched} stand for an "
            f"item ({report.computers_created} new), {report.computers_unmatched} do not."
        )


def _last(session: Session, directory_id: int) -> str:
    run = session.scalars(
        select(DirectoryRun)
        .where(DirectoryRun.directory_id == directory_id)
        .order_by(DirectoryRun.id.desc())
        .limit(1)
    ).first()
    return f"{run.state}, {run.started_at:{_MOMENT}}" if run else "never"
