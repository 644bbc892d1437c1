"""``cadastre traps``: listens to what devices announce by themselves."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import click

from discovery.snmp.credentials import User
from discovery.traps.engine import OwnEngine, new_engine_id, read_engine_id
from discovery.traps.receiver import Heard, Receiver
from server.commands.console import say
from server.commands.environment import CommandLine, pass_command_line
from server.commands.helping import ExampleCommand
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import SettingsError
from server.foundation.secrets import SecretBox
from server.scanning.trapping import Announcers, read_announcers, take_announcement

#: How long a credential that was added or deleted may go unnoticed.
_FRESH_SECONDS = 10.0
#: In the data folder: engine id of the receiver, which the senders of informs know.
_ENGINE_FILE = "snmp-engine-id"


@click.command(
    "traps",
    cls=ExampleCommand,
    examples=[
        "cadastre traps                        on port 162 of all addresses",
        "cadastre traps --listen 0.0.0.0:10162 on a port that needs no privilege",
    ],
)
@click.option("--listen", default="0.0.0.0:162", show_default=True, help="Address and UDP port.")
@pass_command_line
def traps_command(command_line: CommandLine, listen: str) -> None:
    """Receive SNMP traps (v1, v2c, v3) and informs (v2c, v3) until stopped.

    A trap counts under a community or as a user that is kept for the device's organisation. A
    link that went down or came up becomes a difference of that port, a restart and a refused
    stranger become events in the device's history. Who sends informs of SNMPv3 may have to be told
    our engine id: it stands in the first line, and stays the same.
    """
    host, port = _place(listen)
    with command_line.database() as database:
        desk = _Desk(database, SecretBox(command_line.settings.key_file))
        engine = OwnEngine(engine_id_in(command_line.settings.home / _ENGINE_FILE))
        receiver = Receiver(host, port, desk.communities, desk.users, engine=engine)
        try:
            sock = receiver.open()
        except OSError as error:
            raise SettingsError(f"cannot listen on {listen}: {error.strerror}") from None
        place = f"{host}:{sock.getsockname()[1]}"
        say(f"Listening on {place} as engine {engine.engine_id.hex()}. Stop with Ctrl-C.")
        for heard in receiver.listen(sock, lambda: False):
            say(desk.take(heard))


def engine_id_in(path: Path) -> bytes:
    """Return our engine id, made at the first start. Raises ``SettingsError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(f"{new_engine_id().hex()}\n")
        return read_engine_id(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} holds no engine id: {error}") from None


def _place(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise click.BadParameter("write it as ADDRESS:PORT", param_hint="--listen")
    return host.strip("[]"), int(port)


@dataclass(slots=True)
class _Desk:
    """Records what is heard; knows who may announce, as of the last seconds."""

    database: Database
    secrets: SecretBox
    _known: Announcers | None = None
    _read_at: float = 0.0

    def communities(self) -> Collection[str]:
        """Return the communities that are kept."""
        return self.known().communities

    def users(self) -> Collection[User]:
        """Return the SNMPv3 users that are kept."""
        return self.known().users

    def known(self) -> Announcers:
        """Return who may announce."""
        if self._known is None or time.monotonic() - self._read_at > _FRESH_SECONDS:
            with self.database.reading() as session:
                self._known = read_announcers(session, self.secrets)
            self._read_at = time.monotonic()
        return self._known

    def take(self, heard: Heard) -> str:
        """Record an announcement and return a line about it."""
        with self.database.writing() as session:
            became = take_announcement(session, heard, self.known(), utc_now())
        port = heard.announcement.interface_index
        place = f" port {port}" if port is not None else ""
        return f"{heard.sender}{place}: {heard.announcement.happening.value}, {became}"
