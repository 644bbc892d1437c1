"""``cadastre impact export``: the graph, or what suffers, as a file."""

import sys
from pathlib import Path

import click

from server.commands.console import say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.impact_words import as_of_option, item_ids
from server.items.impacts.exporting import FORMATS, ExportQuestion, export_network, export_text
from server.items.impacts.graphs import AsOf


@click.command(
    "export",
    cls=ExampleCommand,
    examples=[
        "cadastre impact export -o estate.graphml        the whole graph, for yEd or Gephi",
        "cadastre impact export db1 --format csv | head  what suffers with db1",
    ],
)
@click.argument("items", metavar="[ITEM]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="GraphML or JSON of nodes and edges, or CSV of relations; by the file's ending.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else here."
)
@as_of_option
@pass_command_line
def export_graph(
    command_line: CommandLine,
    items: tuple[str, ...],
    *,
    form: str | None,
    output: Path | None,
    as_of: AsOf,
) -> None:
    """Write what suffers when the items fail together; without items, the whole graph.

    Redundancy groups are nodes between their members and the item that needs them.
    """
    ending = output.suffix.removeprefix(".") if output else "graphml"
    chosen = next((known for known in FORMATS if known == (form or ending)), None)
    if chosen is None:
        raise click.UsageError(f"say --format: {ending!r} is none of {', '.join(FORMATS)}")
    with command_line.database() as database, database.reading() as session:
        failed = tuple(item_ids(session, command_line.actor, items))
        network = export_network(session, command_line.actor, ExportQuestion(failed, as_of))
    text = export_text(network, chosen)
    if output is None:
        sys.stdout.write(text)
        return
    output.write_text(text, encoding="utf-8")
    say(f"{network.number_of_nodes()} nodes are in {output}")
