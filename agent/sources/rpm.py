"""RPM packages: from the SQLite database of rpm 4.16 and newer, from the `rpm` command otherwise.

A row of the database holds a package header: two counts, an index of 16-byte entries, a data
area ("RPM Package File Format" in the rpm reference manual). All numbers are big-endian.
"""

from __future__ import annotations

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from agent.machine import Machine

    Row = tuple[str, str, str | None, str | None]

_DATABASES = ("/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite")
_OLD_DATABASES = (
    "/var/lib/rpm/Packages",
    "/var/lib/rpm/Packages.db",
    "/usr/lib/sysimage/rpm/Packages",
    "/usr/lib/sysimage/rpm/Packages.db",
)
_QUERY = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH = 1000, 1001, 1002, 1003, 1022
_ENTRY = struct.Struct(">IIII")  # tag, type, offset, count
_NOT_A_PACKAGE = "gpg-pubkey"  # signing keys are kept as if they were packages
# The fields wanted stand near the front; file lists and change logs behind them are not fetched.
_FRONT_BYTES = 64 * 1024


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, epoch:version-release, architecture) of each installed package."""
    database = next((path for path in _DATABASES if machine.exists(path)), None)
    rows = _stored(machine, database) if database else None
    if rows is None and (database or any(map(machine.exists, _OLD_DATABASES))):
        rows = _asked(machine)
    return iter(rows or ())


def package(header: bytes) -> Row | None:
    """Return the package a header describes; None for a signing key or a header without a name.

    Raises ValueError or struct.error when the header is cut before a field that is wanted.
    """
    texts, epoch = _fields(header)
    name = texts.get(_NAME)
    if not name or name == _NOT_A_PACKAGE:
        return None
    version = "-".join(filter(None, (texts.get(_VERSION), texts.get(_RELEASE))))
    if epoch is not None:
        version = f"{epoch}:{version}"
    return "rpm", name, version or None, texts.get(_ARCH)


def _fields(header: bytes) -> tuple[dict[int, str], int | None]:
    texts: dict[int, str] = {}
    epoch = None
    entries = int.from_bytes(header[:4], "big")
    data_at = 8 + entries * _ENTRY.size
    for number in range(entries):
        tag, _, offset, _ = _ENTRY.unpack_from(header, 8 + number * _ENTRY.size)
        if tag == _EPOCH:
            epoch = int.from_bytes(header[data_at + offset : data_at + offset + 4], "big")
        elif tag in (_NAME, _VERSION, _RELEASE, _ARCH):
            end = header.index(b"\0", data_at + offset)
            texts[tag] = header[data_at + offset : end].decode("utf-8", "replace")
    return texts, epoch


def _stored(machine: Machine, database: str) -> list[Row] | None:
    try:
        import sqlite3  # noqa: PLC0415 - only where an rpm database was found
    except ImportError:
        return None
    # Opening a database that keeps a write-ahead log makes files beside it, unless it is called
    # immutable; then what still waits in the log is not seen.
    waiting = machine.data(f"{database}-wal", 1)
    modes = ("mode=ro", "immutable=1") if waiting else ("immutable=1", "mode=ro")
    for mode in modes:
        connection = None
        try:
            connection = sqlite3.connect(f"file:{machine.path(database)}?{mode}", uri=True)
            return _read(connection)
        except sqlite3.Error:
            continue
        finally:
            if connection is not None:
                connection.close()
    return None


def _read(connection: sqlite3.Connection) -> list[Row]:
    rows: list[Row] = []
    fronts = connection.execute("SELECT hnum, substr(blob, 1, ?) FROM Packages", (_FRONT_BYTES,))
    for number, front in fronts:
        try:
            row = package(front)
        except (ValueError, struct.error):
            whole = connection.execute("SELECT blob FROM Packages WHERE hnum = ?", (number,))
            row = package(whole.fetchone()[0])
        if row:
            rows.append(row)
    return rows


def _asked(machine: Machine) -> list[Row]:
    told = machine.command(("rpm", "-qa", "--qf", _QUERY), timeout_seconds=120)
    if told is None:
        machine.remark("the rpm database cannot be read and the rpm command gave no answer")
    return list(filter(None, map(_answered, (told or "").splitlines())))


def _answered(line: str) -> Row | None:
    name, _, rest = line.partition("\t")
    version, _, architecture = rest.partition("\t")
    if not name or name == _NOT_A_PACKAGE:
        return None
    return "rpm", name, version or None, None if architecture in ("", "(none)") else architecture
