"""``cadastre migrate``: the schema's history, up, down and checked."""

import click

from server.commands.console import done, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.foundation.errors import DatabaseNotReady
from server.migrations.runner import Migrations


@click.command(
    "migrate",
    cls=ExampleCommand,
    examples=[
        "cadastre migrate                   bring the database up to this version",
        "cadastre migrate --check           does the schema fit this version? exit code 1 if not",
        "cadastre migrate --down 0004       go back to revision 0004",
        "cadastre migrate --down 0004 --lose",
    ],
)
@click.option("--check", is_flag=True, help="Compare the schema with this version; change nothing.")
@click.option("--down", metavar="REVISION", help="Go back to this revision; 'base' empties all.")
@click.option("--lose", is_flag=True, help="Go down even where a revision says what it loses.")
@pass_command_line
def migrate_command(
    command_line: CommandLine, down: str | None, *, check: bool, lose: bool
) -> None:
    """Bring the database up to this version, or down again, or only look.

    Two processes may do this at once: each revision is applied once. A killed migration leaves a
    whole revision behind and goes on at the next call. `cadastre upgrade` does the same with a
    backup before and a way back.
    """
    if sum([check, lose]) == 2 or (lose and down is None):
        raise click.UsageError("--lose belongs to --down")
    migrations = Migrations(command_line.settings.url, say)
    if check:
        command_line.refuse_missing()
        _check(migrations)
    elif down is not None:
        command_line.refuse_missing()
        undone = migrations.downgrade(down, lose=lose)
        done(f"The database is at revision {down}; {len(undone)} undone.")
    else:
        command_line.prepare_home()
        applied = migrations.upgrade()
        done(f"{len(applied)} revisions applied." if applied else "Nothing to do.")


def _check(migrations: Migrations) -> None:
    differences = migrations.check()
    for difference in differences:
        say(difference)
    if differences:
        raise DatabaseNotReady(f"the schema differs from this version in {len(differences)} places")
    done("The schema fits this version.")
