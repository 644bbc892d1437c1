"""``cadastre emergency``: getting in when nobody can, on record; and checking such records."""

import click
from sqlalchemy import select

from cmdb.records.parties import Person
from server.commands.console import complain, done, say, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.clock import utc_now
from server.foundation.signing import Signer
from server.people.actions.emergencies import EmergencyDraft, declare_emergency, is_genuine
from server.people.actions.passwords import reset_password
from server.people.models import EmergencyUse
from server.people.queries.accounts import person_of_login
from server.people.rules.emergencies import MOST_HOURS

_MOMENT = "%Y-%m-%d %H:%M"


@click.group("emergency", cls=ExampleGroup, examples=["cadastre emergency list"])
def emergency_group() -> None:
    """Let somebody in when nobody can sign in, and check what was signed about it."""


@emergency_group.command(
    "open",
    cls=ExampleCommand,
    examples=["cadastre emergency open admin --reason 'the directory is down'"],
)
@click.argument("login")
@click.option("--reason", required=True, help="What has happened; it is signed and told.")
@pass_command_line
def open_log_in(command_line: CommandLine, login: str, reason: str) -> None:
    """Print a one-time password for LOGIN, a log-in kept here; administrators are told."""
    now, signer = utc_now(), Signer(command_line.settings.signing_key_file)
    with command_line.database() as database:
        with database.writing() as session:
            person_id = person_of_login(session, login)
            draft = EmergencyDraft(reason, MOST_HOURS)
            declare_emergency(session, command_line.actor, signer, person_id, draft, now)
        password = reset_password(database, command_line.actor, login, now)
    done("It is on record, signed, and administrators are told.")
    say(f"One-time password: {password}")


@emergency_group.command("list", cls=ExampleCommand, examples=["cadastre emergency list"])
@pass_command_line
def list_emergencies(command_line: CommandLine) -> None:
    """List emergencies, and say of each whether its record is what was signed."""
    signer = Signer(command_line.settings.signing_key_file)
    with command_line.database() as database, database.reading() as session:
        found = session.execute(
            select(EmergencyUse, Person.display_name)
            .join(Person, Person.id == EmergencyUse.person_id)
            .order_by(EmergencyUse.id)
        ).all()
        genuine = [is_genuine(row.EmergencyUse, signer) for row in found]
        rows = [
            (
                str(row.EmergencyUse.id),
                f"{row.EmergencyUse.taken_at:{_MOMENT}}",
                row.display_name,
                row.EmergencyUse.role or "let in",
                "reviewed" if row.EmergencyUse.reviewed_at else "not reviewed",
                "genuine" if fits else "CHANGED",
                row.EmergencyUse.reason,
            )
            for row, fits in zip(found, genuine, strict=True)
        ]
    show_table(("Id", "Taken (UTC)", "Who", "Role", "Review", "Record", "Reason"), rows)
    if not all(genuine):
        complain(
            "a record is not what was signed, or was signed with another key than "
            f"{command_line.settings.signing_key_file}: after a move, bring that file over from "
            "the old data folder and ask again"
        )
        raise click.exceptions.Exit(1)


@emergency_group.command("key", cls=ExampleCommand, examples=["cadastre emergency key > key.pem"])
@pass_command_line
def public_key(command_line: CommandLine) -> None:
    """Print the public key with which others can check our signatures."""
    say(Signer(command_line.settings.signing_key_file).public_key.strip())
