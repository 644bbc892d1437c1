"""``cadastre impact availability``: how often a service is down, and through whom."""

import json
from collections.abc import Mapping
from typing import Any

import click

from server.commands.console import say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.impact_words import as_of_option, item_ids, json_option, limit_option
from server.items.impacts.graphs import AsOf
from server.items.impacts.outages import OutageQuestion, outages_of
from server.items.impacts.schemas import OutageAnswerSchema


@click.command(
    "availability",
    cls=ExampleCommand,
    examples=[
        "cadastre impact availability shop         what keeps the shop down, and for how long",
        "cadastre impact availability shop --json | jq .availability",
    ],
)
@click.argument("service")
@limit_option
@as_of_option
@json_option
@pass_command_line
def show_availability(
    command_line: CommandLine, service: str, *, limit: int, as_of: AsOf, as_json: bool
) -> None:
    """Tell how often a service is up, by how often that fails which it stands on.

    Items say it with hours_between_failures and hours_to_repair; of what is left out, what is
    usual for the class is assumed. Single failures and two at once are reckoned with.
    """
    with command_line.database() as database, database.reading() as session:
        actor = command_line.actor
        (item_id,) = item_ids(session, actor, [service])
        found = outages_of(session, actor, item_id, OutageQuestion(limit, as_of))
        answer = OutageAnswerSchema().dump(found)
    if as_json:
        say(json.dumps(answer))
        return
    rows = [
        (
            " and ".join(item["name"] for item in row["items"]),
            f"{row['hours_a_year']:.3g}",
            f"{row['share']:.0%}",
            "its own" if row["own"] else "its class",
        )
        for row in answer["rows"]
    ]
    show_table(("Down with", "Hours a year", "Share", "By the word of"), rows)
    say(_summary(answer))


def _summary(answer: Mapping[str, Any]) -> str:
    if answer["outside"]:
        return "It takes no part in impact: it is retired, planned or in stock."
    target = "" if answer["target"] is None else f" Promised: {answer['target']:g} %."
    untried = f" {answer['untried']} items were not tried in pairs." if answer["untried"] else ""
    return (
        f"Up {answer['availability']:.5%} of the time, {answer['hours_a_year']:.3g} hours down in "
        f"a year ({answer['single']:.5%} without two failures at once).{target}{untried}"
    )
