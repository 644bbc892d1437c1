"""What a command works with: the settings in force, and a database that fits this program.

Nothing of the register is imported before a command opens it: help and wrong use come at once.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from server.foundation.collecting import imported
from server.foundation.errors import SettingsError
from server.foundation.settings import Settings, load_settings

if TYPE_CHECKING:
    from server.foundation.database import Database
    from server.foundation.permissions import Actor


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
    def actor(self) -> "Actor":
        """Return who acts: whoever can run this command on the server may do everything."""
        made: Actor = imported("server.foundation.permissions").system_actor("cadastre command")
        return made

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
    def database(self) -> Iterator["Database"]:
        """Yield the database. Raises ``DatabaseNotReady`` when its schema is not this program's."""
        self.refuse_missing()
        opened: Callable[[Settings], AbstractContextManager[Database]]
        opened = imported("server.commands.opening").opened
        with opened(self.settings) as database:
            yield database

    def refuse_missing(self) -> None:
        """Raise ``DatabaseNotReady`` when there is no SQLite file: opening would create one."""
        imported("server.commands.missing").refuse_missing(self.settings)


pass_command_line = click.make_pass_decorator(CommandLine)
