"""What a command works with: the settings in force, and a database that fits this program."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Organisation
from server.foundation.database import Database
from server.foundation.errors import DatabaseNotReady, SettingsError
from server.foundation.permissions import Actor, system_actor
from server.foundation.settings import Settings, load_settings
from server.migrations.connecting import sqlite_file
from server.migrations.runner import Migrations
from server.people.organisations import root_organisation
from server.wiring import REACTIONS


@dataclass
class CommandLine:
    """One call of ``cadastre``. ``flags`` are settings named on the command line."""

    debug: bool = False
    flags: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """Return the settings in force. Raises ``SettingsError``."""
        return load_settings(self.flags)

    @cached_property
    def actor(self) -> Actor:
        """Return who acts: whoever can run this command on the server may do everything."""
        return system_actor("cadastre command")

    def prepare_home(self) -> None:
        """Create the data folder. Raises ``SettingsError`` when it cannot be written."""
        home = self.settings.home
        probe = home / ".writable"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"the data folder {home} cannot be written ({error.strerror}); "
                "choose another with --home or CADASTRE_HOME, or give it to this user"
            ) from error

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Yield the database. Raises ``DatabaseNotReady`` when its schema is not this program's."""
        self.refuse_missing()
        state = Migrations(self.settings.url).state()
        if not state.is_current:
            raise DatabaseNotReady(
                "the database has not been brought to this version; run `cadastre migrate` first"
            )
        database = Database(self.settings.url, REACTIONS)
        try:
            yield database
        finally:
            database.dispose()

    def refuse_missing(self) -> None:
        """Raise ``DatabaseNotReady`` when there is no SQLite file: opening would create one."""
        path = sqlite_file(self.settings.url)
        if path is not None and not path.is_file():
            raise DatabaseNotReady(
                f"there is no database at {path} yet; start with `cadastre serve` or "
                "`cadastre migrate`"
            )


pass_command_line = click.make_pass_decorator(CommandLine)


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
