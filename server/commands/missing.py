"""What a command that works on a register says before there is one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Organisation
from server.foundation.errors import DatabaseNotReady
from server.foundation.settings import Settings
from server.migrations.connecting import sqlite_file
from server.people.organisations import root_organisation


def refuse_missing(settings: Settings) -> None:
    """Raise ``DatabaseNotReady`` when there is no SQLite file: opening would create one."""
    path = sqlite_file(settings.url)
    if path is not None and not path.is_file():
        raise DatabaseNotReady(
            f"there is no database at {path} yet; start with `cadastre serve` or `cadastre migrate`"
        )


def organisation_id(session: Session, code: str | None) -> int:
    """Return the id of the organisation called ``code``, of the root without one.

    Raises ``NotFound``, and ``DatabaseNotReady`` before the very first start.
    """
    if code is not None:
        found = session.scalar(select(Organisation.id).where(Organisation.code == code))
        if found is None:
            raise NotFound("organisation", code)
        return found
    root = root_organisation(session)
    if root is None:
        raise DatabaseNotReady("there is no organisation yet; start `cadastre serve` once")
    return root.id
