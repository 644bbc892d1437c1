"""Brings a file of advisories in, a thousand to a transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.items.advisories.actions import (
    BATCH,
    note_import,
    require_import,
    store_advisories,
)
from server.items.advisories.reading import Reading, read_advisories
from server.items.advisories.values import ReadAdvisory


@dataclass(frozen=True, slots=True)
class Brought:
    """How many advisories stand now, how many were withdrawn, how many made no sense."""

    stored: int
    withdrawn: int
    refused: int


def import_advisories(
    database: Database, actor: Actor, plain: bytes, file_name: str, now: datetime
) -> Brought:
    """Store the advisories of a file; the same file again changes nothing.

    Raises ``InvalidValue`` naming ``file``. What is stored when the server dies stays, and the same
    file brings the rest.
    """
    require_import(actor)
    reading = read_advisories(plain, file_name)
    stored = 0
    for part in _parts(reading):
        with database.writing() as session:
            stored += store_advisories(session, actor, part, now)
    with database.writing() as session:
        note_import(session, actor, file_name, stored)
    return _brought(reading, stored)


def bring_advisories(
    session: Session, actor: Actor, plain: bytes, file_name: str, now: datetime
) -> Brought:
    """Store the advisories of a file in one transaction; see ``import_advisories``."""
    require_import(actor)
    reading = read_advisories(plain, file_name)
    stored = sum(store_advisories(session, actor, part, now) for part in _parts(reading))
    note_import(session, actor, file_name, stored)
    return _brought(reading, stored)


def _parts(reading: Reading) -> Iterator[Sequence[ReadAdvisory]]:
    for start in range(0, len(reading.advisories), BATCH):
        yield reading.advisories[start : start + BATCH]


def _brought(reading: Reading, stored: int) -> Brought:
    return Brought(stored, sum(one.withdrawn for one in reading.advisories), reading.refused)
