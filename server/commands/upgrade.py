"""``cadastre upgrade``: a backup, the migration, a check, and the way back when it fails."""

from pathlib import Path

import click

from cmdb.errors import CadastreError
from server.commands.console import done, reporting, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.restoring import alone, restore
from server.foundation.backup.making import default_path, make_backup
from server.foundation.clock import utc_now
from server.foundation.errors import DatabaseNotReady
from server.foundation.progress import Reporter
from server.foundation.settings import Settings
from server.migrations.runner import Migrations


@click.command(
    "upgrade",
    cls=ExampleCommand,
    examples=["cadastre upgrade      once the new version is installed and the server stopped"],
)
@pass_command_line
def upgrade_command(command_line: CommandLine) -> None:
    """Bring the database to a newly installed version, with a backup before. Stop the server first.

    Backs up, migrates, compares the schema with what this version expects, and restores the backup
    when any of it fails. Then start the server again.
    """
    command_line.refuse_missing()
    command_line.prepare_home()
    migrations = Migrations(command_line.settings.url, say)
    with alone(command_line.settings):
        if migrations.state().is_current:
            done("The database is at this version already.")
            return
        with reporting() as reporter:
            path = upgrade(command_line.settings, migrations, reporter)
    done(f"Upgraded. The backup from before is {path}.")


def upgrade(settings: Settings, migrations: Migrations, reporter: Reporter) -> Path:
    """Back up, migrate and check; return the backup's file.

    Raises ``DatabaseNotReady`` when it failed; the database is then what it was.
    """
    now = utc_now()
    path = default_path(settings, now, "before-upgrade")
    make_backup(settings, path, now, reporter)
    try:
        _migrate(migrations)
    except Exception as error:
        reporter.note("the upgrade failed; putting everything back")
        restore(settings, path, utc_now(), reporter, migrations)
        cause = str(error) if isinstance(error, CadastreError) else type(error).__name__
        raise DatabaseNotReady(
            f"the upgrade failed and the database is what it was before: {cause}"
        ) from error
    return path


def _migrate(migrations: Migrations) -> None:
    migrations.upgrade()
    differences = migrations.check()
    if differences:
        raise DatabaseNotReady(f"the schema is not as expected: {'; '.join(differences)}")
