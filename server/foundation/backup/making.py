"""Making a backup while everybody works on: a snapshot of the database, then the files."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sqlalchemy as sa

from server.foundation.audit import head
from server.foundation.backup import archive, rows
from server.foundation.backup.archive import DATABASE, ArchiveWriter, Manifest
from server.foundation.database import Database
from server.foundation.errors import SettingsError
from server.foundation.progress import Reporter
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import ATTACHMENTS, Storage, attachments_at

#: Below the data folder.
BACKUPS = "backups"
PLAIN = ".tar.gz"
ENCRYPTED = ".tar.gz.enc"


def default_path(settings: Settings, now: datetime, what: str = "cadastre") -> Path:
    """Return where a backup of this moment lies."""
    suffix = ENCRYPTED if settings.backup_passphrase else PLAIN
    return settings.home / BACKUPS / f"{what}-{now:%Y%m%d-%H%M%S}{suffix}"


def backups_in(folder: Path, what: str = "") -> list[Path]:
    """Return the backups in a folder, of one name if ``what`` is given, sorted by their names."""
    found = (path for suffix in (PLAIN, ENCRYPTED) for path in folder.glob(f"{what}*{suffix}"))
    return sorted(path for path in found if not path.name.startswith("."))


def make_backup(
    settings: Settings,
    path: Path,
    now: datetime,
    reporter: Reporter,
    *,
    portable: bool = False,
) -> Manifest:
    """Write a backup to ``path`` and return what it holds.

    SQLite is copied as it is through its online backup; PostgreSQL, and SQLite when ``portable``,
    row by row from one snapshot. Readers and writers go on meanwhile. It is encrypted if the
    settings hold a passphrase.
    """
    key = settings.backup_passphrase
    if path.exists() and not path.is_file():
        raise SettingsError(f"{path} is not a file, so no backup can be written there")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.url, pool_size=2)
    box = SecretBox(settings.key_file)
    try:
        # What must be encrypted stays in plain only where the database itself lies in plain.
        workplace = settings.home if key else path.parent
        with archive.writing(path, key) as writer, _workplace(workplace) as folder:
            if database.is_sqlite and not portable:
                manifest = _copy_sqlite(database, writer, folder, now, reporter)
            else:
                manifest = _copy_tables(database, writer, folder, now, reporter)
            _add_files(writer, attachments_at(settings.home), reporter)
            writer.close_with(manifest, box)
    finally:
        database.dispose()
    return manifest


def _workplace(folder: Path) -> tempfile.TemporaryDirectory[str]:
    # Beside the archive or the database: there is room for it there, and /tmp may be small.
    return tempfile.TemporaryDirectory(dir=folder, prefix=".backup-")


def _copy_sqlite(
    database: Database, writer: ArchiveWriter, folder: str, now: datetime, reporter: Reporter
) -> Manifest:
    target = Path(folder) / DATABASE
    reporter.begin("Copying the database")
    source = f"file:{Path(database.url.database or '').absolute()}?mode=ro"
    with (
        closing(sqlite3.connect(source, uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        # In one step: a copy in steps starts anew whenever somebody writes in between.
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    engine = sa.create_engine(f"sqlite:///{target}")
    try:
        with engine.connect() as connection:
            manifest = _manifest(connection, now, "sqlite", rows.count_rows(connection))
    finally:
        engine.dispose()
    reporter.begin("Packing the database")
    writer.add(DATABASE, target)
    return manifest


def _copy_tables(
    database: Database, writer: ArchiveWriter, folder: str, now: datetime, reporter: Reporter
) -> Manifest:
    counts: dict[str, int] = {}
    with _snapshot(database) as connection:
        tables = rows.tables_of(connection)
        reporter.begin("Copying tables", len(tables))
        for table in tables:
            file = Path(folder) / f"{table.name}.ndjson"
            counts[table.name] = rows.dump_table(connection, table, file)
            writer.add(f"tables/{table.name}.ndjson", file)
            file.unlink()
            reporter.advance()
        return _manifest(connection, now, "tables", counts)


@contextmanager
def _snapshot(database: Database) -> Iterator[sa.Connection]:
    """Yield a connection that sees one state, however long it reads."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


def _add_files(writer: ArchiveWriter, storage: Storage, reporter: Reporter) -> None:
    names = list(storage.names())
    reporter.begin("Copying attachments", len(names))
    for name in names:
        relative = storage.relative(name)
        try:
            writer.add(f"{ATTACHMENTS}/{relative}", storage.folder / relative)
        except FileNotFoundError:
            # Removed since the snapshot; so was the row that names it.
            continue
        finally:
            reporter.advance()


def _manifest(
    connection: sa.Connection, now: datetime, kind: str, counts: dict[str, int]
) -> Manifest:
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return Manifest(
        now.isoformat(), _version(), str(revision), kind, counts, list(head(connection))
    )


def _version() -> str:
    try:
        return version("cadastre")
    except PackageNotFoundError:
        return "from source"
