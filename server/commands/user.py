"""``cadastre user``: log-ins, when no administrator can sign in to manage them on the pages."""

import click
from sqlalchemy import select

from cmdb.records.parties import Person
from server.commands.console import done, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.missing import organisation_id
from server.foundation.clock import utc_now
from server.people.actions.accounts import give_account, switch_account
from server.people.actions.passwords import reset_password
from server.people.actions.people import create_person
from server.people.actions.roles import Holder, Scope, give_role
from server.people.actions.second_factor import take_factor_away
from server.people.models import Account
from server.people.queries.accounts import account, person_of_login
from server.people.rules.roles import SHIPPED_ROLES

_ROLES = [role.code for role in SHIPPED_ROLES]


@click.group("user", cls=ExampleGroup, examples=["cadastre user reset-password admin"])
def user_group() -> None:
    """Create log-ins, close them, and help people who forgot their password."""


@user_group.command(
    "create",
    cls=ExampleCommand,
    examples=[
        "cadastre user create ada --name 'Ada Lovelace' --email ada@example.org",
        "cadastre user create bob --role administrator",
    ],
)
@click.argument("login")
@click.option("--name", help="The person's name; the login without it.")
@click.option("--email", default="", help="Where their mail goes.")
@click.option("--role", type=click.Choice(_ROLES), default="requester", help="What they may do.")
@click.option("--organisation", help="Code of their organisation; the root without it.")
@pass_command_line
def create_user(
    command_line: CommandLine,
    login: str,
    *,
    name: str | None,
    email: str,
    role: str,
    organisation: str | None,
) -> None:
    """Create a person with a log-in and print a one-time password.

    The role (requester unless said otherwise) holds in their organisation and all below it.
    """
    actor, now = command_line.actor, utc_now()
    with command_line.database() as database:
        with database.writing() as session:
            place = organisation_id(session, organisation)
            particulars = {
                "organisation_id": place,
                "display_name": name or login,
                "email": email,
            }
            person = create_person(session, actor, particulars, now)
            give_account(session, actor, person.id, login, now)
            give_role(session, role, Holder(person_id=person.id), Scope(place), now)
        password = reset_password(database, actor, login, now)
    done(f"{login} may sign in as {role}.")
    _show_password(password)


@user_group.command("list", cls=ExampleCommand, examples=["cadastre user list"])
@pass_command_line
def list_users(command_line: CommandLine) -> None:
    """List all log-ins: name, state, where the password is kept, last sign-in."""
    with command_line.database() as database, database.reading() as session:
        found = session.execute(
            select(Account, Person)
            .join(Person, Person.id == Account.person_id)
            .order_by(Account.login_key)
        )
        rows = [
            (
                row.Account.login,
                row.Person.display_name,
                "closed" if row.Account.disabled or not row.Person.active else "open",
                "directory" if row.Account.directory_id else "here",
                f"{row.Account.last_sign_in_at:%Y-%m-%d %H:%M}"
                if row.Account.last_sign_in_at
                else "never",
            )
            for row in found
        ]
    show_table(("Login", "Name", "State", "Password", "Last sign-in (UTC)"), rows)


@user_group.command(
    "reset-password", cls=ExampleCommand, examples=["cadastre user reset-password admin"]
)
@click.argument("login")
@pass_command_line
def reset_user_password(command_line: CommandLine, login: str) -> None:
    """Print a one-time password for LOGIN; every session of that person ends."""
    with command_line.database() as database:
        password = reset_password(database, command_line.actor, login, utc_now())
    _show_password(password)


@user_group.command("disable", cls=ExampleCommand, examples=["cadastre user disable bob"])
@click.argument("login")
@pass_command_line
def disable_user(command_line: CommandLine, login: str) -> None:
    """Close a log-in: sessions and tokens of that person end at once. Nothing is deleted."""
    _switch(command_line, login, disabled=True)
    done(f"{login} can no longer sign in.")


@user_group.command("enable", cls=ExampleCommand, examples=["cadastre user enable bob"])
@click.argument("login")
@pass_command_line
def enable_user(command_line: CommandLine, login: str) -> None:
    """Open a log-in that was closed."""
    _switch(command_line, login, disabled=False)
    done(f"{login} may sign in again.")


def _switch(command_line: CommandLine, login: str, *, disabled: bool) -> None:
    actor = command_line.actor
    with command_line.database() as database, database.writing() as session:
        found = account(session, actor, person_of_login(session, login))
        switch_account(session, actor, found, utc_now(), disabled=disabled)


def _show_password(password: str) -> None:
    say(f"One-time password: {password}")
    say("The next sign-in asks for a password of their own.")


@user_group.command(
    "remove-second-factor",
    cls=ExampleCommand,
    examples=["cadastre user remove-second-factor ada"],
)
@click.argument("login")
@pass_command_line
def remove_second_factor(command_line: CommandLine, login: str) -> None:
    """Take the second factor from somebody who lost it; the password alone lets them in then."""
    with command_line.database() as database, database.writing() as session:
        take_factor_away(session, command_line.actor, person_of_login(session, login))
    done(f"{login} has no second factor any more.")
