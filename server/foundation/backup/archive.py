"""The archive: a compressed tar of data files, their manifest, and a seal on the manifest.

The seal is made with the installation's own key, which lies outside the backup: an archive that
somebody else made or changed is refused before any of it is used. Nothing in an archive is ever
executed, and no member's name is used as a path unless it has one of the shapes below.
``encrypting`` lies around it where a passphrase was given.
"""

import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from cmdb.errors import CadastreError
from server.foundation.backup.encrypting import (
    DecryptingReader,
    EncryptingWriter,
    WrongPassphrase,
    is_encrypted,
)
from server.foundation.errors import SecretUnreadable
from server.foundation.secrets import Place, SecretBox

FORMAT = 1
DATABASE = "database.sqlite3"
_MANIFEST = "manifest.json"
_SEAL = "manifest.seal"
_PLACE = Place("backup", "manifest", 0)
_SHAPES = re.compile(
    r"database\.sqlite3|tables/[a-z0-9_]{1,63}\.ndjson|attachments/[0-9a-f]{2}/[0-9a-f]{32}"
)
_LARGEST_MANIFEST = 64 * 1024 * 1024
_CHUNK_BYTES = 1 << 20


class UnusableArchive(CadastreError):
    """The file is damaged, or not a backup of this installation."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. ``files`` maps a member to [size, SHA-256]."""

    made_at: str
    version: str
    revision: str
    #: "sqlite" for a whole database file, "tables" for rows that fit any database.
    kind: str
    #: Rows per table.
    tables: Mapping[str, int]
    #: Where the record of acts ended: [number of entries, hash of the last one].
    audit_head: list[Any] = field(default_factory=list)
    files: dict[str, list[Any]] = field(default_factory=dict)
    format: int = FORMAT


class ArchiveWriter:
    """Adds files to an archive that ``writing`` has begun."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, list[Any]] = {}

    def add(self, member: str, source: Path) -> None:
        """Add a file under a member's name."""
        entry = tarfile.TarInfo(member)
        with source.open("rb") as stream:
            reader = _Hashing(stream)
            entry.size = source.stat().st_size
            self._tar.addfile(entry, reader)
        self.files[member] = [entry.size, reader.hexdigest()]

    def close_with(self, manifest: Manifest, box: SecretBox) -> None:
        """Write the manifest, which lists every file added, and its seal."""
        manifest.files.update(self.files)
        content = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
        seal = box.seal(hashlib.sha256(content).hexdigest(), _PLACE)
        for member, text in ((_MANIFEST, content), (_SEAL, seal.encode())):
            entry = tarfile.TarInfo(member)
            entry.size = len(text)
            self._tar.addfile(entry, io.BytesIO(text))


@contextmanager
def writing(path: Path, passphrase: str = "") -> Iterator[ArchiveWriter]:
    """Yield a writer; the archive gets its name when the block ends without an exception.

    With a passphrase nothing of it touches the disk in plain.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            part.chmod(0o600)
            with _packing(stream, passphrase) as tar:
                yield ArchiveWriter(tar)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _packing(stream: IO[bytes], passphrase: str) -> Iterator[tarfile.TarFile]:
    if not passphrase:
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as tar:
            yield tar
        return
    writer = EncryptingWriter(stream, passphrase)
    with tarfile.open(fileobj=cast("IO[bytes]", writer), mode="w:gz", compresslevel=3) as tar:
        yield tar
    writer.finish()


def unpack(
    path: Path, folder: Path | None, box: SecretBox | None, passphrase: str = ""
) -> Manifest:
    """Unpack an archive into an empty folder and return its manifest; without one, only look.

    Every file is compared with the manifest, and the manifest with its seal (without ``box`` the
    seal is not looked at). Raises ``UnusableArchive``; then nothing in ``folder`` may be used.
    """
    found, hashes = _opened(path, folder, passphrase)
    if _MANIFEST not in found or _SEAL not in found:
        raise UnusableArchive(f"{path} is incomplete or no backup: it has no manifest")
    if box is not None:
        _check_seal(found, box)
    manifest = _manifest(found[_MANIFEST])
    if {name: list(value) for name, value in manifest.files.items()} != hashes:
        raise UnusableArchive(f"{path} is damaged: its files are not those its manifest lists")
    return manifest


def _opened(
    path: Path, folder: Path | None, passphrase: str
) -> tuple[dict[str, bytes], dict[str, list[Any]]]:
    if is_encrypted(path) and not passphrase:
        raise UnusableArchive(f"{path} is encrypted: it wants its passphrase (backup_passphrase)")
    try:
        with path.open("rb") as stream, _unpacking(stream, path, passphrase) as tar:
            return _take_out(tar, folder)
    except FileNotFoundError as error:
        raise UnusableArchive(f"there is no file {path}") from error
    except WrongPassphrase as error:
        raise UnusableArchive(f"{path}: {error}") from error
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UnusableArchive(f"{path} is damaged or no backup: {error}") from error


def _unpacking(stream: IO[bytes], path: Path, passphrase: str) -> tarfile.TarFile:
    if not is_encrypted(path):
        return tarfile.open(fileobj=stream, mode="r:gz")
    reader = DecryptingReader(stream, passphrase)
    # As a stream: what was decrypted is never read twice.
    return tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|gz")


def _take_out(
    tar: tarfile.TarFile, folder: Path | None
) -> tuple[dict[str, bytes], dict[str, list[Any]]]:
    small: dict[str, bytes] = {}
    hashes: dict[str, list[Any]] = {}
    for entry in tar:
        stream = tar.extractfile(entry) if entry.isreg() else None
        if stream is None or entry.name in small or entry.name in hashes:
            raise UnusableArchive(f"the archive holds something that is not ours: {entry.name!r}")
        if entry.name in {_MANIFEST, _SEAL} and entry.size <= _LARGEST_MANIFEST:
            small[entry.name] = stream.read()
        elif _SHAPES.fullmatch(entry.name):
            hashes[entry.name] = _copy(stream, folder and folder / entry.name)
        else:
            raise UnusableArchive(f"the archive holds something that is not ours: {entry.name!r}")
    return small, hashes


def _copy(source: IO[bytes], target: Path | None) -> list[Any]:
    """Copy to ``target``, or nowhere; return size and SHA-256."""
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reader = _Hashing(source)
    size = 0
    with nullcontext() if target is None else target.open("xb") as stream:
        while chunk := reader.read(_CHUNK_BYTES):
            size += len(chunk)
            if stream is not None:
                stream.write(chunk)
    return [size, reader.hexdigest()]


def _check_seal(found: Mapping[str, bytes], box: SecretBox) -> None:
    try:
        sealed = box.open(found[_SEAL].decode("ascii", "replace"), _PLACE)
    except SecretUnreadable as error:
        raise UnusableArchive(
            "the backup was made with another key, or changed since; put the secret.key of the "
            "installation that made it into the data folder"
        ) from error
    if sealed != hashlib.sha256(found[_MANIFEST]).hexdigest():
        raise UnusableArchive("the backup's manifest was changed since it was made")


def _manifest(content: bytes) -> Manifest:
    try:
        document = json.loads(content)
        if document.get("format") != FORMAT:
            raise UnusableArchive(
                f"the backup has format {document.get('format')!r}; this version reads {FORMAT}"
            )
        return Manifest(**document)
    except (ValueError, TypeError, AttributeError) as error:
        raise UnusableArchive("the backup's manifest cannot be read") from error


class _Hashing(io.RawIOBase):
    """Reads through and remembers the digest of what passed."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        chunk = self._source.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        """Return the SHA-256 of everything read."""
        return self._digest.hexdigest()
