"""Small pictures, written apart from what reads them."""

import struct
import zlib

#: What a camera may have hidden in a file, and nobody shall read.
HIDDEN = b"taken at 59.91 N 10.75 E"


def png(side: int = 2, *, hidden: bytes = b"", declared: int | None = None) -> bytes:
    """Return a grey square; ``declared``: how large it claims to be."""
    size = declared or side
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * side) * side)
    text = _chunk(b"tEXt", b"Comment\0" + hidden) if hidden else b""
    body = _chunk(b"IHDR", header) + text + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(*, hidden: bytes = b"", side: int = 8) -> bytes:
    """Return a grey square of eight by eight pixels; ``side``: how large it claims to be."""
    table = _segment(0xDB, b"\0" + b"\1" * 64)
    frame = _segment(0xC0, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\0")
    one_code = b"\x01" + b"\0" * 15 + b"\0"
    codes = _segment(0xC4, b"\0" + one_code) + _segment(0xC4, b"\x10" + one_code)
    scan = _segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x3f"
    more = _segment(0xE1, b"Exif\0\0" + hidden) + _segment(0xFE, hidden) if hidden else b""
    return b"\xff\xd8" + more + table + frame + codes + scan + b"\xff\xd9"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
