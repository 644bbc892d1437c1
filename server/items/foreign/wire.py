"""How a foreign agent packs what it sends, and the same packing for the answer.

The headers of these agents lie (OCS calls a zlib stream ``x-compress``), so the first bytes decide.
An OCS agent fails unless the answer is packed as its question was: answers are mirrored, always.
"""

import zlib
from enum import StrEnum

from server.items.payload import TooLarge, unpack

#: Real inventories have up to 2 MB of XML; this much costs a few hundred MB as a tree.
MOST_PLAIN = 16 * 1024 * 1024


class Packing(StrEnum):
    """How a body is packed; the values are content encodings."""

    NONE = "identity"
    ZLIB = "deflate"
    GZIP = "gzip"


def packing_of(body: bytes) -> Packing:
    r"""Tell how a body is packed from its first bytes (RFC 1950, RFC 1952).

    >>> packing_of(b"\x78\x9c..."), packing_of(b"\x1f\x8b..."), packing_of(b"<?xml")
    (<Packing.ZLIB: 'deflate'>, <Packing.GZIP: 'gzip'>, <Packing.NONE: 'identity'>)
    """
    if body[:2] == b"\x1f\x8b":
        return Packing.GZIP
    if len(body) > 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0:
        return Packing.ZLIB
    return Packing.NONE


def unpacked(body: bytes) -> bytes:
    """Return the plain body. Raises ``TooLarge`` for bombs, ``InvalidValue`` for a torn stream."""
    plain = unpack(body, packing_of(body))
    if len(plain) > MOST_PLAIN:
        raise TooLarge({"body": f"unpacks to more than {MOST_PLAIN} bytes"})
    return plain


def packed(plain: bytes, packing: Packing) -> bytes:
    """Pack an answer as the question was packed."""
    if packing is Packing.NONE:
        return plain
    worker = zlib.compressobj(wbits=31 if packing is Packing.GZIP else 15)
    return worker.compress(plain) + worker.flush()
