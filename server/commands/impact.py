"""``cadastre impact``: what fails with an item, and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cmdb.engine.impact.values import State
from server.assets.queries import contracts_reached
from server.commands.console import say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.impact_exporting import export_graph
from server.commands.impact_findings import list_causes, list_needs, show_path
from server.commands.impact_outages import show_availability
from server.commands.impact_risks import (
    rank_blast,
    rank_groups,
    run_sweep_now,
    show_single_points,
)
from server.commands.impact_words import (
    as_of_option,
    called,
    item_ids,
    limit_option,
    say_outside,
    tree_lines,
)
from server.desk.tickets.queries.promising import promises_about
from server.items.impacts.answering import answer_question
from server.items.impacts.encoding import answer_text
from server.items.impacts.graphs import AsOf
from server.items.impacts.questions import AFFECTED, ImpactQuestion
from server.items.impacts.reaching import Readers

_DEFAULT = "of"
_READERS = Readers(contracts_reached, promises_about)


class ImpactGroup(ExampleGroup):
    """Takes items straight away: ``cadastre impact db1`` is ``cadastre impact of db1``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command before words that name none."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group(
    "impact",
    cls=ImpactGroup,
    no_args_is_help=True,
    examples=[
        "cadastre impact db1                       what goes down, degrades or is at risk",
        "cadastre impact --tree switch-3 ups-1     both fail at once; the ways they take",
        "cadastre impact db1 --as-of 2026-11-01    as the register had it that day",
        "cadastre impact causes shop mail          what one failure would explain both",
        "cadastre impact path ups-1 shop           how one gets to the other, or what holds",
        "cadastre impact single-points shop        what alone takes the shop down",
        "cadastre impact availability shop         how often it is down, and through whom",
        "cadastre impact blast-radius              the items with the widest blast",
        "cadastre impact group-losses              what the loss of a whole redundancy takes down",
        "cadastre impact export db1 -o db1.graphml what suffers, for yEd or Gephi",
    ],
)
def impact_group() -> None:
    """Ask what fails with an item, why, what caused a failure, and what would.

    `cadastre impact ITEM…` tells what suffers when the items fail together. An item is named by
    its number (#4711 or 4711) or its whole name; where several have that name, their numbers are
    told. Everything is computed on the whole graph, with redundancy: an item is down when it
    failed, when something it needs is down, or when one of its redundancy groups has too little
    left; degraded when what it leans on softly is not up, or a capacity is reduced; at risk
    when it stands, but has lost redundancy.

    An item called like one of the commands below is asked about with `cadastre impact of NAME`.
    """


@impact_group.command(
    _DEFAULT,
    cls=ExampleCommand,
    examples=[
        "cadastre impact of db1",
        "cadastre impact of db1 db2 --state down",
        "cadastre impact of db1 --json | jq '.services[].item.name'",
    ],
)
@click.argument("items", metavar="ITEM...", nargs=-1, required=True)
@click.option("--tree", "shape", flag_value="tree", help="Draw the ways the failure takes.")
@click.option("--table", "shape", flag_value="table", default="table", help="List items.")
@click.option("--json", "shape", flag_value="json", help="Write the answer as JSON.")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.text for state in AFFECTED]),
    multiple=True,
    help="Only items in this state; may be given again.",
)
@limit_option
@as_of_option
@pass_command_line
def impact_of(
    command_line: CommandLine,
    items: tuple[str, ...],
    *,
    shape: str,
    states: tuple[str, ...],
    limit: int,
    as_of: AsOf,
) -> None:
    """Tell what suffers when the items fail together, worst first, and why."""
    wanted = tuple(State[word.upper()] for word in states) or AFFECTED
    with command_line.database() as database, database.reading() as session:
        failed = tuple(item_ids(session, command_line.actor, items))
        question = ImpactQuestion(failed, wanted, limit=limit, as_of=as_of)
        text = answer_text(answer_question(session, command_line.actor, question, _READERS))
    if shape == "json":
        say(text)
        return
    answer = json.loads(text)
    say_outside(answer["outside"])
    if shape == "tree":
        for line in tree_lines(answer["affected"]):
            say(line)
    else:
        headings = ("Item", "Class", "State", "Steps", "Because of", "Group", "Left over")
        show_table(headings, [_row(row) for row in answer["affected"]])
    say(_summary(answer))


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    because = "failed" if row["reason"] == "failed" else called(row["because_of"])
    return (
        row["item"]["name"],
        row["item"]["class"],
        row["state"].replace("_", " "),
        str(row["distance"]),
        because,
        row["group"],
        _left_over(row["groups"]),
    )


def _left_over(groups: Sequence[Mapping[str, Any]]) -> str:
    """Say of each group that lost members what it has left, of what it needs."""
    return ", ".join(f"{one['name']} {one['remaining']:g}/{one['required']:g}" for one in groups)


def _summary(answer: Mapping[str, Any]) -> str:
    totals = answer["totals"]
    counts = ", ".join(f"{totals[state.text]} {state.text.replace('_', ' ')}" for state in AFFECTED)
    services = ", ".join(
        f"{row['item']['name']} ({row['state'].replace('_', ' ')})" for row in answer["services"]
    )
    people = (answer["reached"] or {}).get("people") or 0
    more = " More than is shown; --limit shows more." if answer["next_cursor"] else ""
    return (
        f"{counts}. Services: {services or 'none'}. People: {people}. "
        f"Change {answer['sequence']}.{more}"
    )


for _command in (
    list_causes,
    show_single_points,
    show_availability,
    rank_blast,
    rank_groups,
    show_path,
    list_needs,
    export_graph,
    run_sweep_now,
):
    impact_group.add_command(_command)
