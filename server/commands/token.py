"""``cadastre token``: bearer tokens for programs that use the REST interface."""

from datetime import timedelta

import click
from sqlalchemy import select

from server.commands.console import done, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.clock import utc_now
from server.foundation.permissions import Permission
from server.people.actions.tokens import TokenWish, create_token, revoke_token
from server.people.models import Account, ApiToken
from server.people.queries.accounts import person_of_login

_PERMISSIONS = [permission.value for permission in Permission]


@click.group("token", cls=ExampleGroup)
def token_group() -> None:
    """Make, list and revoke bearer tokens. A token is shown once and stored as a hash."""


@token_group.command(
    "create",
    cls=ExampleCommand,
    examples=[
        "cadastre token create --login admin --name scripts",
        "cadastre token create --login ada --name export --allow item:read --days 90",
    ],
)
@click.option("--login", required=True, help="Whose rights it has.")
@click.option("--name", required=True, help="What it is for; unique among that person's tokens.")
@click.option(
    "--allow",
    type=click.Choice(_PERMISSIONS),
    metavar="PERMISSION",
    multiple=True,
    help="The most it may do, such as item:read; may be repeated. Without it, all they may.",
)
@click.option("--days", type=click.IntRange(1), help="How long it works; for ever without it.")
@click.option("--quiet", is_flag=True, help="Print the token and nothing else.")
@pass_command_line
def create(
    command_line: CommandLine,
    *,
    login: str,
    name: str,
    allow: tuple[str, ...],
    days: int | None,
    quiet: bool,
) -> None:
    """Make a token and print it. It is shown this once."""
    now = utc_now()
    wish = TokenWish(
        name,
        frozenset(map(Permission, allow)) or None,
        None if days is None else now + timedelta(days=days),
    )
    with command_line.database() as database, database.writing() as session:
        person_id = person_of_login(session, login)
        made = create_token(session, command_line.actor, person_id, wish, now)
        secret = made.secret
    say(secret)
    if not quiet:
        url = f"{command_line.settings.base_url}/api/v1/items"
        say(f"Try it: curl -H 'Authorization: Bearer {secret}' {url}")


@token_group.command("list", cls=ExampleCommand, examples=["cadastre token list"])
@pass_command_line
def list_tokens(command_line: CommandLine) -> None:
    """List all tokens: number, whose, name, state, last use. Their secrets are not stored."""
    now = utc_now()
    with command_line.database() as database, database.reading() as session:
        found = session.execute(
            select(ApiToken, Account.login)
            .outerjoin(Account, Account.person_id == ApiToken.person_id)
            .order_by(ApiToken.id)
        ).all()
        rows = [
            (
                str(token.id),
                login or "",
                token.name,
                "revoked"
                if token.revoked_at
                else "expired"
                if token.expires_at and token.expires_at < now
                else "works",
                f"{token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never",
            )
            for token, login in found
        ]
    show_table(("Number", "Login", "Name", "State", "Last used"), rows)


@token_group.command("revoke", cls=ExampleCommand, examples=["cadastre token revoke 12"])
@click.argument("number", type=int)
@pass_command_line
def revoke(command_line: CommandLine, number: int) -> None:
    """End the token with this NUMBER (see `cadastre token list`) at once."""
    with command_line.database() as database, database.writing() as session:
        revoke_token(session, command_line.actor, number, utc_now())
    done(f"Token {number} no longer works.")
