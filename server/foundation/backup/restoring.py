"""Putting a backup back: everything is checked before anything of the present is touched."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from server.foundation.audit import head
from server.foundation.backup import rows
from server.foundation.backup.archive import DATABASE, Manifest, UnusableArchive
from server.foundation.errors import DatabaseNotReady
from server.foundation.progress import Reporter
from server.foundation.storage import ATTACHMENTS

#: Brings an empty database to a revision, inside the transaction of the connection.
PrepareSchema = Callable[[sa.Connection, str], None]


def check_sqlite_copy(copy: Path, manifest: Manifest) -> None:
    """Raise ``UnusableArchive`` unless the database file is sound and holds what it should."""
    engine = sa.create_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as connection:
            verdict = connection.scalar(sa.text("PRAGMA integrity_check"))
            if verdict != "ok":
                raise UnusableArchive(f"the database in the backup is damaged: {verdict}")
            _compare(connection, manifest)
    except sa.exc.DatabaseError as error:
        raise UnusableArchive(f"the database in the backup is damaged: {error.orig}") from error
    finally:
        engine.dispose()


def load_tables(
    connection: sa.Connection,
    folder: Path,
    manifest: Manifest,
    prepare: PrepareSchema,
    reporter: Reporter,
) -> None:
    """Replace everything in the database with the rows of an unpacked backup.

    All of it happens in the connection's transaction, or none. Raises ``UnusableArchive``.
    """
    for table in reversed(rows.tables_of(connection)):
        table.drop(connection)
    rows.drop_search(connection)
    connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    prepare(connection, manifest.revision)
    tables = rows.tables_of(connection)
    if {table.name for table in tables} != set(manifest.tables):
        raise UnusableArchive("the tables of the backup are not those of its revision")
    put_back = rows.without_references(connection, tables)
    reporter.begin("Loading tables", len(tables))
    for table in tables:
        rows.load_table(connection, table, folder / "tables" / f"{table.name}.ndjson")
        reporter.advance()
    put_back()
    rows.advance_sequences(connection, tables)
    _compare(connection, manifest)


def refuse_company(connection: sa.Connection) -> None:
    """Raise ``DatabaseNotReady`` while others use the database (PostgreSQL)."""
    if connection.dialect.name == "sqlite":
        return
    others = connection.scalar(
        sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    )
    if others:
        raise DatabaseNotReady(
            f"{others} other connections use this database; stop every Cadastre process first"
        )


def swap_sqlite(target: Path, copy: Path, now: datetime) -> Path | None:
    """Put ``copy`` in the place of ``target``; return where the old database went, if any."""
    kept: Path | None = None
    if target.exists():
        # Whatever still stands in the log beside it belongs into the file before it moves.
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
        kept = target.with_name(f"{target.stem}-before-{now:%Y%m%d-%H%M%S}{target.suffix}")
        target.replace(kept)
    for left in (f"{target}-wal", f"{target}-shm"):
        Path(left).unlink(missing_ok=True)
    with copy.open("rb") as stream:
        os.fsync(stream.fileno())
    copy.replace(target)
    return kept


def swap_attachments(home: Path, unpacked: Path, now: datetime) -> None:
    """Put the unpacked attachments in the place of the present ones, which are kept aside."""
    present, restored = home / ATTACHMENTS, unpacked / ATTACHMENTS
    if present.exists():
        present.replace(home / f"{ATTACHMENTS}-before-{now:%Y%m%d-%H%M%S}")
    if restored.exists():
        shutil.move(restored, present)


def database_file(unpacked: Path) -> Path:
    """Return where the database of an unpacked backup lies, when it is a whole file."""
    return unpacked / DATABASE


def _compare(connection: sa.Connection, manifest: Manifest) -> None:
    for name, found in rows.count_rows(connection).items():
        told = manifest.tables.get(name)
        if found != told:
            raise UnusableArchive(f"{name} has {found} rows after loading, the backup says {told}")
    # Archives of older versions do not say where the record of acts ended.
    if manifest.audit_head and list(head(connection)) != list(manifest.audit_head):
        raise UnusableArchive("the record of acts does not end where the backup says it does")
