"""What happens before the first request: folder, lock, schema, roles, the first administrator."""

import os
import time
from dataclasses import dataclass

from sqlalchemy import select

from server.commands.console import done, say
from server.commands.environment import CommandLine
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import DatabaseNotReady
from server.foundation.locks import FileLock, LockTaken
from server.foundation.settings import Settings
from server.migrations.runner import Migrations
from server.people.actions.installation import FirstAdministrator, create_first_administrator
from server.people.actions.roles import ensure_shipped_roles
from server.people.models import Account

#: A worker whose arbiter was killed notices within a second and finishes what it had begun.
_PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Started:
    """A data folder and a database that are ready to be served."""

    lock: FileLock | None
    administrator: FirstAdministrator | None


def start_up(command_line: CommandLine, organisation: str) -> Started:
    """Bring folder and database to where requests can be answered, saying each step.

    Raises ``SettingsError`` or ``DatabaseNotReady`` with one sentence for whoever started us.
    """
    settings = command_line.settings
    command_line.prepare_home()
    lock = _alone(command_line) if settings.url.startswith("sqlite") else None
    try:
        return Started(lock, _prepare(settings, organisation))
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _prepare(settings: Settings, organisation: str) -> FirstAdministrator | None:
    applied = Migrations(settings.url, say).upgrade()
    done("The database is new." if "0001" in applied else "The database is up to date.")
    database = Database(settings.url)
    try:
        return _first_administrator(database, organisation)
    finally:
        database.dispose()


def introduce(administrator: FirstAdministrator) -> None:
    """Print the one-time password. It is stored nowhere in clear and shown only here."""
    say("")
    say(f"  Sign in as    {administrator.login}")
    say(f"  Password      {administrator.one_time_password}")
    say("  It works once: the first sign-in asks for a password of your own.")
    say("")


def _alone(command_line: CommandLine) -> FileLock:
    """Hold the folder, so that SQLite has one writing process; wait for one that is going away."""
    lock = FileLock(command_line.settings.home / "serve.lock")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            lock.take()
        except LockTaken as taken:
            if _is_alive(taken.holder) or time.monotonic() > deadline:
                raise DatabaseNotReady(
                    f"Cadastre already runs on {command_line.settings.home} (process "
                    f"{taken.holder}); stop that one first"
                ) from taken
            time.sleep(0.1)
        else:
            return lock


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process_id > 0


def _first_administrator(database: Database, organisation: str) -> FirstAdministrator | None:
    with database.writing() as session:
        if session.scalar(select(Account.id).limit(1)) is not None:
            ensure_shipped_roles(session)
            return None
        return create_first_administrator(session, organisation, utc_now())
