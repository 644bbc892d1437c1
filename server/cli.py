"""The program ``cadastre``: finds the command, and turns every failure into one sentence."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from cmdb.errors import CadastreError
from server.commands.console import complain
from server.commands.environment import CommandLine
from server.commands.helping import ExampleGroup
from server.foundation.journal import clean_text
from server.foundation.settings import choose_home

#: Every command, and where it stands; a module is imported when its command is wanted.
COMMANDS = {
    "serve": "server.commands.serve:serve_command",
    "web": "server.commands.serve:web_command",
    "work": "server.commands.serve:work_command",
    "setup": "server.commands.setup:setup_command",
    "migrate": "server.commands.migrate:migrate_command",
    "upgrade": "server.commands.upgrade:upgrade_command",
    "backup": "server.commands.backup:backup_command",
    "restore": "server.commands.backup:restore_command",
    "doctor": "server.commands.doctor:doctor_command",
    "user": "server.commands.user:user_group",
    "directory": "server.commands.directory:directory_group",
    "people": "server.commands.people:people_group",
    "provider": "server.commands.provider:provider_group",
    "secrets": "server.commands.secrets:secrets_group",
    "emergency": "server.commands.emergency:emergency_group",
    "audit": "server.commands.audit:audit_group",
    "token": "server.commands.token:token_group",
    "agents": "server.commands.agents:agents_group",
    "advisories": "server.commands.advisories:advisories_group",
    "traps": "server.commands.traps:traps_command",
    "jobs": "server.commands.jobs:jobs_group",
    "import": "server.commands.exchange:import_command",
    "export": "server.commands.exchange:export_command",
    "impact": "server.commands.impact:impact_group",
    "model": "server.commands.model:model_group",
    "demo": "server.commands.demo:demo_group",
}

EXIT_FAILED = 1
EXIT_STOPPED = 130


class Commands(ExampleGroup):
    """The commands of ``COMMANDS``, in that order."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names as a reader should meet them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import the command called ``name``."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found


def _installed_version() -> str:
    try:
        return version("cadastre")
    except PackageNotFoundError:
        return "not installed"


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=[
        "cadastre serve --with-local-agent     start, and put this machine into the register",
        "cadastre demo load                    a whole estate to look at",
        "cadastre doctor                       what is wrong, and how to mend it",
    ],
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder; CADASTRE_HOME, else ./var.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.version_option(_installed_version(), prog_name="cadastre")
@click.pass_context
def cadastre(ctx: click.Context, home: Path | None, *, debug: bool) -> None:
    """Run Cadastre: a register of everything you run, and the service desk that stands on it.

    Settings come from HOME/cadastre.toml, then from the environment (CADASTRE_LISTEN_PORT=9000),
    then from options; `cadastre setup` writes the file. Each command's --help ends with examples.
    """
    if home is not None:
        # The settings file, and every process we start, must agree on where home is.
        choose_home(home)
    ctx.obj = CommandLine(debug=debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for a failure, 2 for wrong use, 130 when it was stopped."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        outcome: Any = cadastre.main(given, prog_name="cadastre", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("cadastre: stopped")
        return EXIT_STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough; there is nobody left to complain to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except Exception as error:
        if "--debug" in given:
            raise
        complain(f"cadastre: {_sentence(error)}")
        return EXIT_FAILED
    return outcome if isinstance(outcome, int) else 0


def _sentence(error: Exception) -> str:
    if isinstance(error, CadastreError):
        return clean_text(str(error))
    if isinstance(error, SQLAlchemyError):
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return clean_text(f"the database failed: {cause}; `cadastre doctor` looks closer")
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    kind = type(error).__name__
    return clean_text(f"something failed that should not ({kind}: {error}); --debug shows where")


if __name__ == "__main__":
    main()
