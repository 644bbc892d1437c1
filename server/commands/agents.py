"""``cadastre agents``: who may report to this server."""

from datetime import timedelta

import click
from sqlalchemy import select

from server.commands.console import say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.missing import organisation_id
from server.foundation.clock import utc_now
from server.items.enrolment import TokenDraft, create_token
from server.items.models import Agent


@click.group("agents", cls=ExampleGroup)
def agents_group() -> None:
    """Enrol the agents of other machines, and see who reports."""


@agents_group.command(
    "enrolment-token",
    cls=ExampleCommand,
    examples=[
        "cadastre agents enrolment-token --name web-01",
        "cadastre agents enrolment-token --name 'the whole hall' --uses 200 --days 7",
    ],
)
@click.option("--name", required=True, help="What it is for; shown where tokens are listed.")
@click.option("--organisation", help="Code of the organisation the machines belong to.")
@click.option("--uses", type=click.IntRange(1), default=1, help="How many agents may use it; 1.")
@click.option("--days", type=click.IntRange(1), default=1, help="How long it works; 1.")
@click.option("--quiet", is_flag=True, help="Print the token and nothing else.")
@pass_command_line
def enrolment_token(
    command_line: CommandLine,
    organisation: str | None,
    *,
    name: str,
    uses: int,
    days: int,
    quiet: bool,
) -> None:
    """Make a token that lets agents enrol, and print it. It is shown this once."""
    with command_line.database() as database, database.writing() as session:
        place = organisation_id(session, organisation)
        draft = TokenDraft(name, place, uses, timedelta(days=days))
        token = create_token(session, command_line.actor, draft, utc_now())
    say(token)
    if not quiet:
        url = command_line.settings.base_url
        say(f"On the machine: cadastre-agent enrol --server {url} --token {token}")


@agents_group.command("list", cls=ExampleCommand, examples=["cadastre agents list"])
@pass_command_line
def list_agents(command_line: CommandLine) -> None:
    """List enrolled agents, the longest silent first."""
    with command_line.database() as database, database.reading() as session:
        agents = session.scalars(select(Agent).order_by(Agent.last_report_at)).all()
        rows = [
            (
                agent.hostname,
                agent.version,
                "revoked" if agent.revoked_at else "enrolled",
                f"{agent.last_report_at:%Y-%m-%d %H:%M}" if agent.last_report_at else "never",
                str(agent.item_id or ""),
            )
            for agent in agents
        ]
    show_table(("Host", "Version", "State", "Last report (UTC)", "Item"), rows)
