"""``cadastre doctor``: what is wrong, and how to mend it."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from server.commands.console import say
from server.commands.diagnosis.database import look_at_database
from server.commands.diagnosis.finding import Finding, Level
from server.commands.diagnosis.folder import look_at_folder
from server.commands.diagnosis.outside import look_outside
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand

_COLOURS = {Level.OK: "green", Level.LOOK: "yellow", Level.WRONG: "red"}


@click.command(
    "doctor",
    cls=ExampleCommand,
    examples=[
        "cadastre doctor",
        "cadastre doctor --json | jq '.[] | select(.level != \"ok\")'",
    ],
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@pass_command_line
def doctor_command(command_line: CommandLine, *, as_json: bool) -> int:
    """Look at folder, backup, database, jobs, agents, audit, secrets, files, server and mail.

    Each line says what was seen; where something is wrong, the next one says how to mend it.
    Changes nothing. The exit code is 1 when something does not work, else 0.
    """
    found: list[Finding] = []
    for finding in _findings(command_line):
        found.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        say(json.dumps([asdict(finding) for finding in found], indent=1))
    return int(any(finding.level is Level.WRONG for finding in found))


def _findings(command_line: CommandLine) -> Iterator[Finding]:
    yield from look_at_folder(command_line)
    yield from look_at_database(command_line)
    yield from look_outside(command_line.settings)


def _show(finding: Finding) -> None:
    console = Console()
    lines = [f"{finding.level:5}  {finding.subject}: {finding.seen}"]
    if finding.mend:
        lines.append(f"       mend: {finding.mend}")
    if not console.is_terminal:
        say("\n".join(lines))
        return
    colour = _COLOURS[finding.level]
    console.print(f"[{colour}]{finding.level:5}[/{colour}]{escape(lines[0][5:])}", highlight=False)
    for line in lines[1:]:
        console.print(escape(line), style="dim", highlight=False)
