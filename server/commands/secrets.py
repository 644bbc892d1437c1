"""``cadastre secrets``: the key that seals passwords and communities, and how to change it."""

import click

from server.commands.console import done, reporting, show_table
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.rotation import forget_old_keys, rotate, standings
from server.foundation.secrets import SecretBox


@click.group("secrets", cls=ExampleGroup, examples=["cadastre secrets rotate"])
def secrets_group() -> None:
    """See what is sealed, and change the key of it while everything goes on."""


@secrets_group.command("status", cls=ExampleCommand, examples=["cadastre secrets status"])
@pass_command_line
def status(command_line: CommandLine) -> None:
    """Count sealed secrets, and those that wait for the newest key."""
    box = SecretBox(command_line.settings.key_file)
    with command_line.database() as database, database.reading() as session:
        rows = [(one.place, str(one.secrets), str(one.waiting)) for one in standings(session, box)]
    show_table(("Where", "Secrets", "Waiting"), rows)
    done(f"The newest key is {box.current_key_id}; {len(box.key_ids)} are kept.")


@secrets_group.command(
    "rotate",
    cls=ExampleCommand,
    examples=["cadastre secrets rotate", "cadastre secrets rotate --forget-old"],
)
@click.option("--forget-old", is_flag=True, help="Then drop the old keys; see below.")
@pass_command_line
def rotate_keys(command_line: CommandLine, *, forget_old: bool) -> None:
    """Seal every secret with a new key; a run that was stopped is finished first.

    The server goes on meanwhile. Old keys are kept: an older backup opens with the key of its time.
    --forget-old drops them, for a key that got into wrong hands.
    """
    box = SecretBox(command_line.settings.key_file)
    with command_line.database() as database, reporting() as reporter:
        rotated = rotate(database, command_line.actor, box, reporter)
        with database.reading() as session:
            waiting = sum(one.waiting for one in standings(session, box))
        if waiting:
            raise click.ClickException(f"{waiting} secrets still wait; run it again")
        what = "a new key" if rotated.begun else "the key of the run before"
        done(f"{rotated.resealed} secrets are sealed with {what}, {rotated.key_id}.")
        if forget_old:
            dropped = forget_old_keys(database, box, reporter)
            done(f"{dropped} old keys are dropped; backups made until now no longer open.")
