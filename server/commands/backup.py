"""``cadastre backup`` and ``cadastre restore``."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from server.commands.console import ask_secret, done, reporting, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.restoring import alone, box_for, opening, restore
from server.foundation.backup.archive import unpack
from server.foundation.backup.making import backups_in, default_path, make_backup
from server.foundation.clock import utc_now
from server.foundation.errors import SettingsError
from server.foundation.settings import Settings
from server.migrations.runner import Migrations


@click.command(
    "backup",
    cls=ExampleCommand,
    examples=[
        "cadastre backup                              below HOME/backups, named by the moment",
        "cadastre backup /mnt/safe/monday.tar.gz",
        "cadastre backup --keep 14                    from cron: the newest 14 stay",
        "cadastre backup --portable move.tar.gz       to restore into another kind of database",
        "cadastre backup --encrypt away.tar.gz.enc    asks for a passphrase",
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--portable", is_flag=True, help="Row by row, for SQLite and PostgreSQL alike.")
@click.option("--encrypt", is_flag=True, help="With a passphrase; asked for if none is set.")
@click.option("--keep", type=click.IntRange(1), help="Delete older backups in HOME/backups.")
@pass_command_line
def backup_command(
    command_line: CommandLine,
    file: Path | None,
    keep: int | None,
    *,
    portable: bool,
    encrypt: bool,
) -> None:
    """Save the database and the attachments into one file, while everybody works on.

    The file lists what it holds and can tell when it is damaged. It does not hold the key that
    seals passwords: keep a copy of HOME/secret.key in another place. Where the setting
    backup_passphrase is set, every backup is encrypted with it.
    """
    command_line.refuse_missing()
    settings, now = command_line.settings, utc_now()
    if encrypt and not settings.backup_passphrase:
        settings = replace(settings, backup_passphrase=ask_secret("Passphrase", twice=True))
    path = file or default_path(settings, now)
    with command_line.database(), reporting() as reporter, _naming(path):
        manifest = make_backup(settings, path, now, reporter, portable=portable)
    rows = sum(manifest.tables.values())
    done(f"{path}: {len(manifest.tables)} tables, {rows} rows, {path.stat().st_size} bytes.")
    if keep is not None:
        for old in backups_in(path.parent, "cadastre-")[:-keep]:
            old.unlink()
            say(f"{old} deleted")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Raise ``SettingsError`` with the backup's name where its disk or folder does not take it."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        cause = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"the backup {path} cannot be written: {cause}; nothing of it is kept, and "
            "`cadastre backup FILE` takes another place"
        ) from error


@click.command(
    "restore",
    cls=ExampleCommand,
    examples=[
        "cadastre restore var/backups/cadastre-20260301-020000.tar.gz",
        "cadastre restore --check away.tar.gz.enc     whether it could be restored",
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only read it through; nothing is touched.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing what there is.")
@click.option(
    "--unverified",
    is_flag=True,
    help="Without the key that made it: the file may be anybody's, and sealed passwords are lost.",
)
@pass_command_line
def restore_command(
    command_line: CommandLine, file: Path, *, check: bool, yes: bool, unverified: bool
) -> None:
    """Replace database and attachments with those of a backup. Stop the server first.

    The file is checked whole before anything is touched; a damaged one, or one of another
    installation, is refused. The replaced SQLite database stays beside the new one.
    """
    command_line.prepare_home()
    settings, now = opening(command_line.settings, file), utc_now()
    if check:
        _check(settings, file, verify=not unverified)
        return
    if not yes:
        click.confirm(f"Replace everything in {settings.home} with {file}?", abort=True)
    migrations = Migrations(settings.url, say)
    with alone(settings):
        with reporting() as reporter:
            manifest = restore(
                settings,
                file,
                now,
                reporter,
                migrations,
                verify=not unverified,
            )
        migrations.upgrade()
    done(f"Restored what was there at {manifest.made_at}.")


def _check(settings: Settings, file: Path, *, verify: bool) -> None:
    manifest = unpack(file, None, box_for(settings, verify=verify), settings.backup_passphrase)
    rows = sum(manifest.tables.values())
    done(f"{file} is whole: {rows} rows of {manifest.made_at}, made by {manifest.version}.")
