"""``cadastre impact single-points``, ``blast-radius``, ``group-losses`` and ``sweep``."""

import json
from collections.abc import Mapping
from typing import Any

import click

from server.commands.console import complain, done, reporting, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.commands.impact_words import as_of_option, item_ids, json_option, limit_option
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import stop_pool
from server.foundation.paging import MAX_PAGE, PageRequest
from server.items.impacts.graphs import AsOf
from server.items.impacts.group_losses import ranked_groups
from server.items.impacts.jobs import run_sweep
from server.items.impacts.queries import ranked_items, ranked_services
from server.items.impacts.schemas import (
    GroupLossesSchema,
    RankingSchema,
    WeakPointsSchema,
    WeakServicesSchema,
)
from server.items.impacts.weak_points import weak_points_of


@click.command(
    "single-points",
    cls=ExampleCommand,
    examples=[
        "cadastre impact single-points shop        what alone takes the shop down, as of now",
        "cadastre impact single-points             all services, as of the last sweep",
    ],
)
@click.argument("service", required=False)
@limit_option
@as_of_option
@json_option
@pass_command_line
def show_single_points(
    command_line: CommandLine, service: str | None, *, limit: int, as_of: AsOf, as_json: bool
) -> None:
    """List what alone takes a service down; without one, all services by how many such they have.

    One service is computed live; the estate is answered from the nightly sweep, with its age.
    """
    if service is None and as_of is not None:
        raise click.UsageError("--as-of needs a service: the sweep is of one night")
    with command_line.database() as database, database.reading() as session:
        actor = command_line.actor
        if service is None:
            request = PageRequest("-single_points", limit=min(limit, MAX_PAGE))
            answer = WeakServicesSchema().dump(ranked_services(session, actor, request))
        else:
            (item_id,) = item_ids(session, actor, [service])
            found = weak_points_of(session, actor, item_id, limit, as_of)
            answer = WeakPointsSchema().dump(found)
    if as_json:
        say(json.dumps(answer))
        return
    if service is None:
        rows = [
            (row["item"]["name"], str(row["single_points"]), str(row["suppliers"]))
            for row in answer["rows"]
        ]
        show_table(("Service", "Single points", "Stands on"), rows)
        _say_age(answer)
        return
    names = [
        (row["item"]["name"], row["item"]["class"], str(row["down"])) for row in answer["rows"]
    ]
    show_table(("Item", "Class", "Goes down"), names)
    if answer["sweep"]:
        _say_age(answer)


@click.command(
    "blast-radius",
    cls=ExampleCommand,
    examples=[
        "cadastre impact blast-radius --limit 20",
        "cadastre impact blast-radius --by services",
    ],
)
@click.option("--by", type=click.Choice(["down", "services"]), default="down", help="Ranked by.")
@limit_option
@json_option
@pass_command_line
def rank_blast(command_line: CommandLine, *, by: str, limit: int, as_json: bool) -> None:
    """List the items that take the most down when they fail alone, as of the last sweep."""
    request = PageRequest(f"-{by}", limit=min(limit, MAX_PAGE))
    with command_line.database() as database, database.reading() as session:
        answer = RankingSchema().dump(ranked_items(session, command_line.actor, request))
    if as_json:
        say(json.dumps(answer))
        return
    rows = [
        (row["item"]["name"], row["item"]["class"], str(row["down"]), str(row["services"]))
        for row in answer["rows"]
    ]
    show_table(("Item", "Class", "Goes down", "Services"), rows)
    _say_age(answer)


@click.command(
    "group-losses",
    cls=ExampleCommand,
    examples=[
        "cadastre impact group-losses --limit 20",
        "cadastre impact group-losses --by services",
    ],
)
@click.option("--by", type=click.Choice(["down", "services"]), default="down", help="Ranked by.")
@limit_option
@json_option
@pass_command_line
def rank_groups(command_line: CommandLine, *, by: str, limit: int, as_json: bool) -> None:
    """List the redundancies whose loss as a whole takes the most down, as of the last sweep."""
    request = PageRequest(f"-{by}", limit=min(limit, MAX_PAGE))
    with command_line.database() as database, database.reading() as session:
        answer = GroupLossesSchema().dump(ranked_groups(session, command_line.actor, request))
    if as_json:
        say(json.dumps(answer))
        return
    rows = [
        (
            row["item"]["name"] + (f" and {row['alike'] - 1} more" if row["alike"] > 1 else ""),
            row["group"],
            ", ".join(member["name"] for member in row["members"]),
            str(row["down"]),
            str(row["services"]),
        )
        for row in answer["rows"]
    ]
    show_table(("Item", "Redundancy", "Members", "Goes down", "Services"), rows)
    _say_age(answer)


def _say_age(answer: Mapping[str, Any]) -> None:
    sweep = answer["sweep"]
    if sweep is None:
        complain("nothing has been swept yet; `cadastre impact sweep` does it now")
        return
    behind = f"; {sweep['behind']} changes since" if sweep["behind"] else ""
    say(f"As of {sweep['built_at']}, change {sweep['sequence']}{behind}.")


@click.command("sweep", cls=ExampleCommand, examples=["cadastre impact sweep"])
@pass_command_line
def run_sweep_now(command_line: CommandLine) -> None:
    """Let every item fail alone, and every redundancy, and store what goes down, as every night."""
    with command_line.database() as database, reporting() as reporter:
        try:
            context = JobContext(database, command_line.settings, {}, progress=reporter)
            found = run_sweep(context)
        finally:
            stop_pool()
    done(f"{found['items']} items, {found['pairs']} single points of failure.")
