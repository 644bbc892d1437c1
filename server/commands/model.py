"""``cadastre model``: the class model as a file under version control."""

import sys
from pathlib import Path
from typing import IO

import click

from cmdb.errors import Conflict
from cmdb.model import standing_model
from cmdb.model.changes import ModelStep
from cmdb.model.definition_text import ModelFile, model_text, read_model_text
from server.commands.console import complain, done, say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.clock import utc_now
from server.items.modelling.changing import ModelPlan, apply_model, own_definitions, plan_model

_SIGNS = {"add": "+", "change": "~", "remove": "-"}


@click.group(
    "model",
    cls=ExampleGroup,
    no_args_is_help=True,
    examples=[
        "cadastre model export -o model.toml   what people defined, as a file",
        "cadastre model plan model.toml        what applying it would do; changes nothing",
        "cadastre model apply model.toml       let the file be all that people define",
    ],
)
def model_group() -> None:
    """Keep classes, attributes and relationship types of your own in a file.

    The file says everything that people defined: what it leaves out is taken back. Its `version`
    is the model it was taken from; when the model has moved on since, applying it is refused.
    """


@model_group.command("export", cls=ExampleCommand, examples=["cadastre model export > model.toml"])
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File; standard output.")
@pass_command_line
def export_model(command_line: CommandLine, output: Path | None) -> int:
    """Write what people defined as TOML."""
    with command_line.database() as database, database.reading() as session:
        own = own_definitions(session, command_line.actor)
    text = model_text(own.entries, own.version or 0)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
        done(f"{len(own.entries)} definitions written to {output}")
    return 0


def _read(file: IO[str]) -> ModelFile:
    return read_model_text(file.read())


@model_group.command("plan", cls=ExampleCommand, examples=["cadastre model plan model.toml"])
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@pass_command_line
def plan_command(command_line: CommandLine, file: IO[str]) -> int:
    """Show what applying a file would do. The exit code is 1 when something would be refused."""
    wanted = _read(file)
    with command_line.database() as database, database.reading() as session:
        plan = plan_model(session, command_line.actor, wanted.entries)
    _show(plan)
    if wanted.version is not None and wanted.version != plan.version:
        complain(f"the file is of model version {wanted.version}, in force is {plan.version}")
        return 1
    return int(bool(plan.refused))


@model_group.command("apply", cls=ExampleCommand, examples=["cadastre model apply model.toml"])
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--force", is_flag=True, help="Apply it although the model has moved on since.")
@pass_command_line
def apply_command(command_line: CommandLine, file: IO[str], *, force: bool) -> int:
    """Let a file be all that people define: all of it, or nothing when a step is refused."""
    wanted = _read(file)
    based_on = None if force else wanted.version
    with command_line.database() as database, database.writing() as session:
        try:
            plan = apply_model(session, command_line.actor, wanted.entries, utc_now(), based_on)
        except Conflict:
            _show(plan_model(session, command_line.actor, wanted.entries))
            raise
    _show(plan)
    return 0


def _show(plan: ModelPlan) -> None:
    for step in plan.steps:
        say(_line(step))
        if step.act == "change":
            for name, (old, new) in step.fields.items():
                say(f"      {name}: {old!r} -> {new!r}")
        if step.refusal:
            complain(f"      refused: {step.refusal}")
    counts = [
        f"{sum(step.act == act for step in plan.steps)} to {act}"
        for act in ("add", "change", "remove")
    ]
    total = len(standing_model().classes)
    done(f"{', '.join(counts)}; the model has {total} classes" if plan.steps else "nothing to do")


def _line(step: ModelStep) -> str:
    used = f" ({step.in_use} in use)" if step.in_use else ""
    return f"  {_SIGNS[step.act]} {step.kind} {step.code}{used}"
