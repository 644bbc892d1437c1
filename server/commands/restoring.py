"""Putting an archive back in the place of what there is; for ``restore`` and ``upgrade``."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from server.commands.console import ask_secret
from server.foundation.backup import restoring
from server.foundation.backup.archive import Manifest, UnusableArchive, unpack
from server.foundation.backup.encrypting import is_encrypted
from server.foundation.errors import DatabaseNotReady, SettingsError
from server.foundation.locks import FileLock, LockTaken
from server.foundation.progress import Reporter
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.migrations.connecting import looking, migrating, sqlite_file
from server.migrations.runner import Migrations


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder, so that no server runs on it meanwhile.

    Raises ``DatabaseNotReady`` when one does.
    """
    lock = FileLock(settings.home / "serve.lock")
    try:
        lock.take()
    except LockTaken as taken:
        raise DatabaseNotReady(
            f"Cadastre runs on {settings.home} (process {taken.holder}); stop it first"
        ) from taken
    try:
        yield
    finally:
        lock.release()


def restore(
    settings: Settings,
    path: Path,
    now: datetime,
    reporter: Reporter,
    migrations: Migrations,
    *,
    verify: bool = True,
) -> Manifest:
    """Replace database and attachments with those of the archive; return what it held.

    The whole archive is unpacked and checked first. What it replaces is kept aside (SQLite,
    attachments) or comes back by itself when anything fails (PostgreSQL). Raises
    ``UnusableArchive``, ``DatabaseNotReady`` or ``SettingsError``.
    """
    box = box_for(settings, verify=verify)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as name:
        unpacked = Path(name)
        reporter.begin("Checking the backup")
        manifest = unpack(path, unpacked, box, settings.backup_passphrase)
        _refuse_newer(manifest, migrations)
        _replace_database(settings, unpacked, manifest, now, reporter, migrations)
        restoring.swap_attachments(settings.home, unpacked, now)
    return manifest


def box_for(settings: Settings, *, verify: bool) -> SecretBox | None:
    """Return what a backup's seal is looked at with; None when nobody wants that.

    Raises ``SettingsError`` when there is no key: one that is made now fits no backup.
    """
    if not verify:
        return None
    if not settings.key_file.exists():
        raise SettingsError(
            f"there is no key at {settings.key_file}: put the secret.key of the installation that "
            "made the backup there, or say --unverified"
        )
    return SecretBox(settings.key_file)


def opening(settings: Settings, path: Path) -> Settings:
    """Return the settings with the passphrase of an archive; it is asked for if none is set."""
    if settings.backup_passphrase or not is_encrypted(path):
        return settings
    return replace(settings, backup_passphrase=ask_secret("Passphrase"))


def _refuse_newer(manifest: Manifest, migrations: Migrations) -> None:
    known = {step.revision for step in migrations.script().walk_revisions()}
    if manifest.revision not in known:
        raise UnusableArchive(
            f"the backup is from a newer version of Cadastre ({manifest.version}, revision "
            f"{manifest.revision}); install that version first"
        )


def _replace_database(
    settings: Settings,
    unpacked: Path,
    manifest: Manifest,
    now: datetime,
    reporter: Reporter,
    migrations: Migrations,
) -> None:
    target = sqlite_file(settings.url)
    if target is None:
        _into_postgresql(settings, unpacked, manifest, reporter, migrations)
        return
    copy = restoring.database_file(unpacked)
    if manifest.kind == "tables":
        _load(f"sqlite:///{copy}", unpacked, manifest, reporter, migrations)
    reporter.begin("Checking the database")
    restoring.check_sqlite_copy(copy, manifest)
    restoring.swap_sqlite(target, copy, now)


def _into_postgresql(
    settings: Settings,
    unpacked: Path,
    manifest: Manifest,
    reporter: Reporter,
    migrations: Migrations,
) -> None:
    if manifest.kind != "tables":
        raise UnusableArchive(
            "the backup holds an SQLite database; make one with `cadastre backup --portable` to "
            "move it into PostgreSQL"
        )
    with looking(settings.url) as connection:
        restoring.refuse_company(connection)
    _load(settings.url, unpacked, manifest, reporter, migrations)


def _load(
    url: str, unpacked: Path, manifest: Manifest, reporter: Reporter, migrations: Migrations
) -> None:
    with migrating(url, reporter.note) as connection, connection.begin():
        restoring.load_tables(connection, unpacked, manifest, migrations.fill_within, reporter)
