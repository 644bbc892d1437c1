"""Files of advisories as they are published: plain, gzipped (NVD), or a zip of one file each (OSV).

What a file is, its first bytes say. Nothing grows without a bound: an archive may be a bomb.
"""

import io
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

from cmdb.errors import InvalidValue

#: One document grows to at most this; a year of NVD has about 200 MB.
MOST_OF_ONE = 256 * 1024 * 1024
#: And all of an archive to this.
MOST_OF_ALL = 1024 * 1024 * 1024
_MOST_FILES = 500_000
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_GZIP_WINDOW = 31
_DAMAGED = {"file": "is a damaged archive"}


def documents(plain: bytes, file_name: str) -> Iterator[tuple[bytes, str]]:
    """Yield each document with its name, files of a zip that are no JSON left out.

    Raises ``InvalidValue`` naming ``file`` for an archive that is damaged, locked or too large.
    """
    if plain.startswith(_ZIP):
        yield from _zipped(plain)
    elif plain.startswith(_GZIP):
        yield _gunzipped(plain), file_name.removesuffix(".gz")
    else:
        yield plain, file_name


def _gunzipped(packed: bytes) -> bytes:
    worker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = worker.decompress(packed, MOST_OF_ONE + 1)
    except zlib.error as error:
        raise InvalidValue(_DAMAGED) from error
    if len(plain) > MOST_OF_ONE:
        raise _too_large(MOST_OF_ONE)
    if not worker.eof:
        raise InvalidValue(_DAMAGED)
    return plain


def _zipped(packed: bytes) -> Iterator[tuple[bytes, str]]:
    left = MOST_OF_ALL
    try:
        with ZipFile(io.BytesIO(packed)) as archive:
            members = [one for one in archive.infolist() if one.filename.endswith(".json")]
            if len(members) > _MOST_FILES:
                raise InvalidValue({"file": f"holds more than {_MOST_FILES} files"})
            for member in members:
                most = min(left, MOST_OF_ONE)
                with archive.open(member) as opened:
                    plain = opened.read(most + 1)
                if len(plain) > most:
                    raise _too_large(most)
                left -= len(plain)
                yield plain, member.filename
    except (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError) as error:
        raise InvalidValue(_DAMAGED) from error


def _too_large(most: int) -> InvalidValue:
    return InvalidValue({"file": f"unpacks to more than {most // 2**20} MB; bring it in parts"})
