"""The program ``cadastre``: finds the command, and turns every failure into one sentence."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from server.commands.environment import CommandLine
from server.commands.helping import ExampleGroup
from server.commands.overview import COMMANDS
from server.foundation.collecting import imported
from server.foundation.settings import choose_home

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
        module, _, attribute = COMMANDS[name].place.partition(":")
        found: click.Command = getattr(imported(module), attribute)
        return found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, without importing a single command."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [
            (name, click.Command(name, help=listed.summary).get_short_help_str(limit))
            for name, listed in COMMANDS.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _say_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's own way to call
    if wanted:
        told = imported("importlib.metadata")
        try:
            number = told.version("cadastre")
        except told.PackageNotFoundError:
            number = "not installed"
        click.echo(f"cadastre, version {number}")
        ctx.exit()


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
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_say_version,
    help="Show the version and exit.",
)
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
        _complain("cadastre: stopped")
        return EXIT_STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough; there is nobody left to complain to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except Exception as error:
        if "--debug" in given:
            raise
        _complain(f"cadastre: {imported('server.commands.failures').sentence(error)}")
        return EXIT_FAILED
    return outcome if isinstance(outcome, int) else 0


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
