"""``cadastre audit``: whether the record of acts is whole, and who may do what."""

import csv
import sys
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from server.commands.console import done
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.commands.restoring import box_for, opening
from server.foundation.audit import holds, record, verify
from server.foundation.backup.archive import unpack
from server.foundation.settings import Settings
from server.foundation.sheets import safe_cell
from server.people.queries.review import Access, access_review


@click.group("audit", cls=ExampleGroup, examples=["cadastre audit verify"])
def audit_group() -> None:
    """Check the record of acts, and write down who may do what."""


@audit_group.command(
    "verify",
    cls=ExampleCommand,
    examples=["cadastre audit verify", "cadastre audit verify --backup monday.tar.gz"],
)
@click.option(
    "--backup",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also, whether the chain still goes through where it ended in that backup.",
)
@pass_command_line
def verify_audit(command_line: CommandLine, backup: Path | None) -> None:
    """Walk the chain of all acts; fail and name the first entry that does not fit.

    The head it prints belongs outside this machine: with it, or with a backup that lies elsewhere,
    entries cut off the end show as well.
    """
    with command_line.database() as database, database.reading() as session:
        verdict = verify(session)
        if backup is not None:
            _refuse_shortened(session, command_line.settings, backup)
    if not verdict.whole:
        raise click.ClickException(f"entry {verdict.broken_at}: {verdict.fault}")
    done(f"The chain of {verdict.entries} entries is whole; its head is {verdict.head}.")


def _refuse_shortened(session: Session, settings: Settings, backup: Path) -> None:
    passphrase = opening(settings, backup).backup_passphrase
    ended = unpack(backup, None, box_for(settings, verify=True), passphrase).audit_head
    if not ended:
        raise click.ClickException(f"{backup} is of a version that did not note the head")
    if not holds(session, *ended):
        raise click.ClickException(
            f"the chain does not go through entry {ended[0]} as {backup} knows it: "
            "what came before was cut off, or written anew"
        )


@audit_group.command(
    "access-review",
    cls=ExampleCommand,
    examples=["cadastre audit access-review > access.csv"],
)
@pass_command_line
def review_access(command_line: CommandLine) -> None:
    """Write who holds which role where, and through which group, as CSV; it goes on record."""
    writer = csv.writer(sys.stdout)
    writer.writerow(field.name for field in fields(Access))
    with command_line.database() as database, database.writing() as session:
        found = list(access_review(session, command_line.actor))
        writer.writerows([_cell(value) for value in astuple(access)] for access in found)
        record(session, command_line.actor, "access_reviewed", "roles", {"grants": len(found)})


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_cell(" ".join(value) if isinstance(value, tuple) else value or "")
