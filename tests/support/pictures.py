"""Small pictures, written apart from what reads them."""

import struct
import zlib

#: What a camera may have hidden in a file, and nobody shall read.
HIDDEN = b"taken at 59.91 N 10.75 E"


def png(side: int = 2, *, hidden: bytes = b"", declared: int | None = None) -> bytes:
    """Return a grey square; ``declared``: how large it claims to be."""
    size = declared or side
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * side) * side, 9)
    text = _chunk(b"tEXt", b"Comment\0" + hidden) if hidden else b""
    return _png(header, pixels, text)


def jpeg(*, hidden: bytes = b"", side: int = 8) -> bytes:
    """Return a grey square of eight by eight pixels; ``side``: how large it claims to be."""
    table, frame, codes, scan = _jpeg_parts(side)
    more = _segment(0xE1, b"Exif\0\0" + hidden) + _segment(0xFE, hidden) if hidden else b""
    return b"\xff\xd8" + more + table + frame + codes + scan + b"\xff\xd9"


def _jpeg_parts(side: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Return quantities, frame, codes and the scan with its pixels."""
    table = _segment(0xDB, b"\0" + b"\1" * 64)
    frame = _segment(0xC0, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\0")
    one_code = b"\x01" + b"\0" * 15 + b"\0"
    codes = _segment(0xC4, b"\0" + one_code) + _segment(0xC4, b"\x10" + one_code)
    return table, frame, codes, _segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x3f"


def bombs() -> dict[str, bytes]:
    """Return small files that claim or cost much."""
    wide = struct.pack(">IIBBBBB", 1_000, 1_000, 8, 6, 0, 0, 0)
    endless = zlib.compress(bytes(64 << 20), 9)
    table, frame, codes, scan = _jpeg_parts(1_000)
    return {
        "claims a side of 60,000 (PNG)": png(declared=60_000),
        "claims a side of 60,000 (JPEG)": jpeg(side=60_000),
        "64 MB of pixels behind a small header": _png(wide, endless),
        "a walk over all pixels, 5,000 times": (
            b"\xff\xd8" + table + frame + codes + scan * 5_000 + b"\xff\xd9"
        ),
    }


def polyglots(hidden: bytes = HIDDEN) -> dict[str, bytes]:
    """Return pictures that are something else too, where a picture has room for ``hidden``."""
    table, frame, codes, scan = _jpeg_parts(8)
    grey = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80\x80" * 2, 9)
    adobe = b"Adobe" + hidden + b"\0" * (0x10E - 2 - 5 - len(hidden))

    def with_(*segments: bytes) -> bytes:
        return b"\xff\xd8" + b"".join(segments) + scan + b"\xff\xd9"

    return {
        "behind the end": png() + hidden,
        "in a text": png(hidden=hidden),
        "in a palette": _png(grey, pixels, _chunk(b"PLTE", hidden * 200)),
        "in many palettes": _png(grey, pixels, *[_chunk(b"PLTE", hidden)] * 20),
        "behind the packed pixels": _png(grey, pixels + hidden),
        "in the last chunk": png()[:-12] + _chunk(b"IEND", hidden),
        "in a comment": jpeg(hidden=hidden),
        "in a table of quantities": with_(table, _segment(0xDB, hidden), frame, codes),
        "behind a table": with_(_segment(0xDB, table[4:] + hidden), frame, codes),
        "behind the codes": with_(table, frame, codes[:-1] + _segment(0xC4, hidden)),
        "behind the frame": with_(table, _segment(0xC0, frame[4:] + hidden), codes),
        "in the interval": with_(table, _segment(0xDD, hidden), frame, codes),
        "in the colours": with_(table, _segment(0xEE, adobe), frame, codes),
    }


def _png(header: bytes, pixels: bytes, *more: bytes) -> bytes:
    body = _chunk(b"IHDR", header) + b"".join(more) + _chunk(b"IDAT", pixels)
    return b"\x89PNG\r\n\x1a\n" + body + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
