"""``cadastre directory computers``: which there are, and whether and how they are read."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.commands.console import done, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.foundation.clock import utc_now
from server.foundation.secrets import SecretBox
from server.items.directory_computers import (
    SHOWN,
    ComputerQuestion,
    ComputerView,
    computers_csv,
    every_computer,
)
from server.people.actions.directories import change_directory
from server.people.models import Directory

_COLUMNS = ("Name", "Full name", "Item", "Operating system", "Last log-on", "Account")


@click.command(
    "computers",
    cls=ExampleCommand,
    examples=[
        "cadastre directory computers ldap",
        "cadastre directory computers ldap --show unmatched --csv > unmatched.csv",
    ],
)
@click.argument("code")
@click.option(
    "--show",
    type=click.Choice(SHOWN),
    default="unseen",
    show_default=True,
    help="Which: from which no agent ever reported, without an item, disabled, gone, or all.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Everything that is known, for a spreadsheet.")
@pass_command_line
def computers(command_line: CommandLine, code: str, *, show: str, as_csv: bool) -> None:
    """List the computers of the directory CODE, as the last synchronisation read them."""
    asked = ComputerQuestion(show)
    with command_line.database() as database, database.reading() as session:
        directory_id = directory_called(session, code).id
        if as_csv:
            say(computers_csv(session, command_line.actor, directory_id, asked).rstrip("\r\n"))
            return
        found = every_computer(session, command_line.actor, directory_id, asked)
        rows = [_cells(one) for one in found]
    show_table(_COLUMNS, rows)


@click.command(
    "read-computers",
    cls=ExampleCommand,
    examples=[
        "cadastre directory read-computers corp",
        "cadastre directory read-computers corp --filter '(objectCategory=computer)'",
        "cadastre directory read-computers corp --make-items",
        "cadastre directory read-computers corp --off",
    ],
)
@click.argument("code")
@click.option("--filter", "computer_filter", help="Which entries are accounts of computers.")
@click.option("--base", "computer_base", help="Below what; '' for the same as people.")
@click.option(
    "--make-items/--only-match",
    "computer_items",
    default=None,
    help="Make items of those that nobody knows, or only list them.",
)
@click.option("--off", is_flag=True, help="Read no computers any more.")
@pass_command_line
def read_computers(command_line: CommandLine, /, code: str, *, off: bool, **given: Any) -> None:
    """Set whether and how the directory CODE has its computers read from the next run on.

    Without an option it only tells how things stand.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    if off:
        if changes:
            raise click.UsageError("--off goes with no other option")
        changes = {"computer_filter": ""}
    with command_line.database() as database, database.writing() as session:
        row = directory_called(session, code)
        if changes:
            secrets = SecretBox(command_line.settings.key_file)
            change_directory(session, command_line.actor, row, changes, secrets, utc_now())
        told = _told(row)
    done(f"The next synchronisation reads {told}.")


def _told(row: Directory) -> str:
    if not row.computer_filter:
        return "no computers"
    unknown = "become items" if row.computer_items else "are only listed"
    base = row.computer_base or row.base_dn
    return f"{row.computer_filter} below {base}; computers that nobody knows {unknown}"


def directory_called(session: Session, code: str) -> Directory:
    """Return the directory of this code; raises ``NotFound``."""
    found = session.scalars(select(Directory).where(Directory.code == code)).first()
    if found is None:
        raise NotFound("directory", code)
    return found


def _cells(one: ComputerView) -> tuple[str, ...]:
    state = "gone" if one.gone_at else "disabled" if one.disabled else "enabled"
    return (
        *(one.name, one.fqdn, one.item_name or one.why, f"{one.os} {one.os_version}".strip()),
        one.last_logon.isoformat() if one.last_logon else "never",
        state,
    )
