"""``cadastre audit``: whether the record of acts is whole, and who may do what."""

import csv
import sys
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

import click

from server.commands.console import done
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand, ExampleGroup
from server.foundation.audit import record, verify
from server.imports.exporting import safe_cell
from server.people.queries.review import Access, access_review


@click.group("audit", cls=ExampleGroup, examples=["cadastre audit verify"])
def audit_group() -> None:
    """Check the record of acts, and write down who may do what."""


@audit_group.command("verify", cls=ExampleCommand, examples=["cadastre audit verify"])
@pass_command_line
def verify_audit(command_line: CommandLine) -> None:
    """Walk the chain of all acts; fail and name the first entry that does not fit.

    The head it prints belongs outside this machine: with it, entries cut off the end show as well.
    """
    with command_line.database() as database, database.reading() as session:
        verdict = verify(session)
    if not verdict.whole:
        raise click.ClickException(f"entry {verdict.broken_at}: {verdict.fault}")
    done(f"The chain of {verdict.entries} entries is whole; its head is {verdict.head}.")


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
