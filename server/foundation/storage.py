"""Files that people attach: under names of our own, written whole, found only by their name."""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cmdb.errors import InvalidValue, NotFound

#: The folder of attached files below the data folder.
ATTACHMENTS = "attachments"
_NAME = re.compile(r"[0-9a-f]{32}")
_CHUNK_BYTES = 1 << 20
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was kept. ``name`` is 128 random bits in hex and says nothing about the content."""

    name: str
    size: int
    sha256: str


class Storage:
    """A folder of files. What a person called a file belongs into a row, never into a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, source: BinaryIO) -> StoredFile:
        """Write everything from ``source``; when this returns, the file is on the disk."""
        name = secrets.token_hex(16)
        target = self._path(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as stream:
                while chunk := source.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return StoredFile(name, size, digest.hexdigest())

    def keep_upload(self, source: BinaryIO, most_bytes: int) -> StoredFile:
        """Write what somebody sent. Raises ``InvalidValue`` naming ``file``: empty, or too large.

        Where the transaction fails afterwards the file stays behind without a row, and the
        nightly tidying removes it.
        """
        kept = self.keep(cast("BinaryIO", _Limited(source, most_bytes)))
        if kept.size == 0:
            self.remove(kept.name)
            raise InvalidValue({"file": "is empty"})
        return kept

    def open(self, name: str) -> BinaryIO:
        """Return the file for reading. Raises ``NotFound``, also for anything not a name."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise NotFound("file", name) from error

    def remove(self, name: str) -> None:
        """Delete the file; one that is gone already is no failure."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Yield the names of all files, sorted."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _NAME.fullmatch(path.name):
                yield path.name

    def relative(self, name: str) -> str:
        """Return where the file lies below the folder."""
        return f"{name[:2]}/{name}"

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound("file", name)
        return self.folder / self.relative(name)


class _Limited:
    """A stream that refuses to be longer than it may be."""

    def __init__(self, source: BinaryIO, most_bytes: int) -> None:
        self._source = source
        self._most = most_bytes
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes. Raises ``InvalidValue`` once there are too many."""
        chunk = self._source.read(size)
        self._read += len(chunk)
        if self._read > self._most:
            raise InvalidValue({"file": f"must not be larger than {self._most // 2**20} MB"})
        return chunk


def attachments_at(home: Path) -> Storage:
    """Return the storage of attached files below a data folder."""
    return Storage(home / ATTACHMENTS)


def file_name_of(raw: str) -> str:
    r"""Return what a person called a file, harmless: one line, no path, nothing invisible.

    >>> file_name_of("..\\..\\evil/../\u202egpj.exe"), file_name_of("/"), file_name_of(". .")
    ('gpj.exe', 'file', 'file')
    """
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?')
    shown = " ".join(shown.split()).lstrip(". ")
    return _shortened(shown) or "file"


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = (dot + ending)[:20] if stem else ""
    return name[: _LONGEST_NAME - len(ending)] + ending


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
