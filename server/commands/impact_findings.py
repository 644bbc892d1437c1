"""``cadastre impact causes``, ``path`` and ``needs``."""

import json

import click

from server.commands.console import say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.impact_words import (
    MOMENT,
    as_of_option,
    called,
    item_ids,
    json_option,
    limit_option,
    say_outside,
)
from server.desk.changes.queries.upstream import changes_upstream
from server.foundation.clock import utc_now
from server.items.impacts.graphs import AsOf
from server.items.impacts.needs import NeedsQuestion, needs_of
from server.items.impacts.schemas import CausesSchema, NeedsSchema, WaySchema
from server.items.impacts.suspecting import SymptomQuestion, causes_of
from server.items.impacts.ways import way_between


@click.command(
    "causes",
    cls=ExampleCommand,
    examples=[
        "cadastre impact causes shop mail",
        "cadastre impact causes shop mail --watched db1 --watched web2 --limit 3",
    ],
)
@click.argument("items", metavar="SYMPTOM...", nargs=-1, required=True)
@click.option(
    "--watched",
    multiple=True,
    metavar="ITEM",
    help="Trouble would show here; may be given again. Without it: at every item.",
)
@click.option("--at", type=MOMENT, help="When it began; now. What changed before is a hint.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, help="How many; 10.")
@as_of_option
@json_option
@pass_command_line
def list_causes(  # noqa: PLR0913 - one for each option
    command_line: CommandLine,
    items: tuple[str, ...],
    *,
    watched: tuple[str, ...],
    at: AsOf,
    limit: int,
    as_of: AsOf,
    as_json: bool,
) -> None:
    """Rank what one failure would explain the symptoms, likeliest first.

    Speaks for a cause: symptoms it takes down, and that it changed in the 72 hours before. Speaks
    against it: watched items that would suffer and show nothing. Ties are said, with the item to
    look at.
    """
    if isinstance(at, int):
        raise click.BadParameter("must be a moment", param_hint="--at")
    with command_line.database() as database, database.reading() as session:
        actor = command_line.actor
        question = SymptomQuestion(
            symptoms=tuple(item_ids(session, actor, items)),
            at=at or utc_now(),
            watched=tuple(item_ids(session, actor, watched)) if watched else None,
            limit=limit,
            as_of=as_of,
        )
        answer = CausesSchema().dump(causes_of(session, actor, question, changes_upstream))
    if as_json:
        say(json.dumps(answer))
        return
    say_outside(answer["outside"])
    rows = [
        (
            str(cause["rank"]),
            called(cause["item"]),
            f"{cause['share']:.0%}",
            ", ".join(map(called, cause["explains"])),
            str(cause["silent"]),
            str(cause["down"]),
            str(cause["differences"]),
            ", ".join(change["reference"] for change in cause["changes"]),
        )
        for cause in answer["causes"]
    ]
    headings = (
        "Rank",
        "Item",
        "Share",
        "Explains",
        "Silent",
        "Goes down",
        "Differences",
        "Changes",
    )
    show_table(headings, rows)
    for tie in answer["ties"]:
        told = ", ".join(map(called, tie["items"]))
        way = f"look whether {called(tie['check'])} is down" if tie["check"] else "nothing can"
        say(f"Nothing seen tells these apart: {told}. To do so: {way}.")
    if answer["unexplained"]:
        say(f"Left unexplained: {', '.join(map(called, answer['unexplained']))}.")


@click.command("path", cls=ExampleCommand, examples=["cadastre impact path ups-1 shop"])
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@as_of_option
@json_option
@pass_command_line
def show_path(
    command_line: CommandLine, start: str, end: str, *, as_of: AsOf, as_json: bool
) -> None:
    """Tell how the failure of one item reaches another, or what stops it on the way."""
    with command_line.database() as database, database.reading() as session:
        actor = command_line.actor
        (first,), (last,) = (item_ids(session, actor, [word]) for word in (start, end))
        answer = WaySchema().dump(way_between(session, actor, first, last, as_of))
    if as_json:
        say(json.dumps(answer))
        return
    say_outside(answer["outside"])
    for hop in answer["hops"]:
        how = {"soft": ", softly", "member": f", through the group {hop['group']}"}
        say(f"{called(hop['item'])}: {hop['state'].replace('_', ' ')}{how.get(hop['kind'], '')}")
    for held in answer["held"]:
        left = f"{held['remaining']:g} left of {held['required']:g} needed"
        say(f"The group {held['name']} of {called(held['item'])} holds: {left}.")
    if not answer["hops"]:
        say(f"{end} does not depend on {start}.")


@click.command(
    "needs",
    cls=ExampleCommand,
    examples=["cadastre impact needs shop", "cadastre impact needs shop --within 2"],
)
@click.argument("item", metavar="ITEM")
@click.option("--within", type=click.IntRange(1, 1000), help="Only so many steps.")
@limit_option
@as_of_option
@json_option
@pass_command_line
def list_needs(
    command_line: CommandLine,
    item: str,
    *,
    within: int | None,
    limit: int,
    as_of: AsOf,
    as_json: bool,
) -> None:
    """List everything an item stands on, nearest first."""
    with command_line.database() as database, database.reading() as session:
        (item_id,) = item_ids(session, command_line.actor, [item])
        question = NeedsQuestion(within, limit, as_of=as_of)
        answer = NeedsSchema().dump(needs_of(session, command_line.actor, item_id, question))
    if as_json:
        say(json.dumps(answer))
        return
    say_outside([item_id] if answer["outside"] else [])
    rows = [
        (row["item"]["name"], row["item"]["class"], str(row["distance"])) for row in answer["rows"]
    ]
    show_table(("Item", "Class", "Steps"), rows)
    say(f"{answer['total']} items in all.")
