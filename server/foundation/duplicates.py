"""Names that must be unique: the database's constraint decides, also when two write at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName


@contextmanager
def refusing_duplicates(session: Session, kind: str, field: str, name: str) -> Iterator[None]:
    """Write inside this block; raises ``DuplicateName`` when what it writes is taken.

    The block is a savepoint and is flushed at its end. Nothing is looked up first.
    """
    session.flush()
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        # PostgreSQL: "... violates unique constraint"; SQLite: "UNIQUE constraint failed".
        if "unique constraint" not in str(error.orig).lower():
            raise
        raise DuplicateName(kind, field, name) from error
