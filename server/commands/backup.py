"""``cadastre backup`` and ``cadastre restore``."""

from pathlib import Path

import click

from server.commands.console import done, reporting, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.restoring import alone, restore
from server.foundation.backup.making import default_path, make_backup
from server.foundation.clock import utc_now
from server.migrations.runner import Migrations


@click.command(
    "backup",
    cls=ExampleCommand,
    examples=[
        "cadastre backup                              below HOME/backups, named by the moment",
        "cadastre backup /mnt/safe/monday.tar.gz",
        "cadastre backup --keep 14                    from cron: the newest 14 stay",
        "cadastre backup --portable move.tar.gz       to restore into another kind of database",
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--portable", is_flag=True, help="Row by row, for SQLite and PostgreSQL alike.")
@click.option("--keep", type=click.IntRange(1), help="Delete older backups in HOME/backups.")
@pass_command_line
def backup_command(
    command_line: CommandLine, file: Path | None, keep: int | None, *, portable: bool
) -> None:
    """Save the database and the attachments into one file, while everybody works on.

    The file lists what it holds and can tell when it is damaged. It does not hold the key that
    seals passwords: keep a copy of HOME/secret.key in another place.
    """
    command_line.refuse_missing()
    settings, now = command_line.settings, utc_now()
    path = file or default_path(settings, now)
    with command_line.database(), reporting() as reporter:
        manifest = make_backup(settings, path, now, reporter, portable=portable)
    rows = sum(manifest.tables.values())
    done(f"{path}: {len(manifest.tables)} tables, {rows} rows, {path.stat().st_size} bytes.")
    if keep is not None:
        for old in sorted(path.parent.glob("cadastre-*.tar.gz"))[:-keep]:
            old.unlink()
            say(f"{old} deleted")


@click.command(
    "restore",
    cls=ExampleCommand,
    examples=["cadastre restore var/backups/cadastre-20260301-020000.tar.gz"],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before replacing what there is.")
@click.option(
    "--unverified",
    is_flag=True,
    help="Without the key that made it: the file may be anybody's, and sealed passwords are lost.",
)
@pass_command_line
def restore_command(command_line: CommandLine, file: Path, *, yes: bool, unverified: bool) -> None:
    """Replace database and attachments with those of a backup. Stop the server first.

    The file is checked whole before anything is touched; a damaged one, or one of another
    installation, is refused. The replaced SQLite database stays beside the new one.
    """
    command_line.prepare_home()
    settings, now = command_line.settings, utc_now()
    if not yes:
        click.confirm(f"Replace everything in {settings.home} with {file}?", abort=True)
    migrations = Migrations(settings.url, say)
    with alone(settings):
        with reporting() as reporter:
            manifest = restore(settings, file, now, reporter, migrations, verify=not unverified)
        migrations.upgrade()
    done(f"Restored what was there at {manifest.made_at}.")
