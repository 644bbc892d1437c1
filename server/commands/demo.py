"""``cadastre demo``: a believable company to look around in, and its removal."""

import click

from server.commands.console import done, reporting, waiting
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.demo.company import CODE, COMPANY
from server.demo.loading import load_demo
from server.demo.purging import purge_organisation
from server.foundation.clock import utc_now


@click.group("demo", cls=ExampleGroup)
def demo_group() -> None:
    """Add or remove a company with about 2,000 items, people, contracts, tickets and changes.

    It lives in an organisation of its own below the root, always the same company.
    """


@demo_group.command("load", cls=ExampleCommand, examples=["cadastre demo load", "make demo"])
@pass_command_line
def load_command(line: CommandLine) -> None:
    """Add the demo company: estate, people, contracts, six months of tickets and changes.

    It comes in by the doors that every other source uses, and is the same company each time.
    """
    with line.database() as database, reporting() as report:
        loaded = load_demo(database, utc_now(), report)
    done(
        f"{COMPANY}: {loaded.items} items, {loaded.relations} relations, {loaded.people} people, "
        f"{loaded.tickets} tickets, {loaded.changes} changes."
    )


@demo_group.command(
    "purge", cls=ExampleCommand, examples=["cadastre demo purge", "make demo-purge"]
)
@pass_command_line
def purge_command(line: CommandLine) -> None:
    """Remove the demo company with everything that belongs to it, and nothing else."""
    what = f"removing {COMPANY}"
    with line.database() as database, waiting(what), database.writing() as session:
        items = purge_organisation(session, CODE)
    done(f"{COMPANY} is gone, with {items} items.")
