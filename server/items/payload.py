"""Bodies of programs: unpacked with a bound, and read as JSON that every database can hold."""

import json
import zlib
from typing import Any, NoReturn

from cmdb.errors import InvalidValue

#: A body grows to at most this when unpacked; the largest real reports have about 2 MB.
MAX_UNPACKED = 32 * 1024 * 1024
#: What ``zlib`` calls a gzip frame and a zlib frame.
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class TooLarge(InvalidValue):
    """The body unpacks to more than is taken."""


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo the body's content encoding (identity, gzip or deflate), refusing bombs.

    Raises ``TooLarge``, or ``InvalidValue`` naming the header or the body.
    """
    name = encoding.strip().casefold()
    if name in {"", "identity"}:
        return body
    if name not in _WINDOWS:
        raise InvalidValue({"Content-Encoding": f"{name[:40]!r} is not understood; use gzip"})
    plain = bytearray()
    rest = body
    while rest or not plain:
        # A gzip file may be several, one after the other.
        worker = zlib.decompressobj(_WINDOWS[name])
        try:
            plain += worker.decompress(rest, MAX_UNPACKED + 1 - len(plain))
        except zlib.error as error:
            raise InvalidValue({"body": f"is not valid {name}: {error}"}) from error
        if len(plain) > MAX_UNPACKED:
            raise TooLarge({"body": f"unpacks to more than {MAX_UNPACKED} bytes"})
        if not worker.eof:
            raise InvalidValue({"body": "is cut short"})
        rest = worker.unused_data
        if not plain and not rest:
            break
    return bytes(plain)


def read_json(raw: bytes, field: str = "body") -> Any:
    """Return the document in ``raw``. Raises ``InvalidValue`` naming ``field``."""
    try:
        return json.loads(raw.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidValue({field: f"is not valid JSON: {error}"}) from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
