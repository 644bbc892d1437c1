"""Pictures of people, put together anew out of the parts that make the picture. Pure.

Whatever else a file holds (places and times of EXIF, comments, previews, what hides behind the end)
is left out, and what is no whole JPEG (ITU-T T.81) or PNG (ISO/IEC 15948) is refused. The pixels
are not touched: no library of this installation decodes them.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cmdb.errors import InvalidValue

#: So much may be given, so large may be kept, and so many pixels may a side have.
MOST_GIVEN = 2_000_000
MOST_KEPT = 200_000
MOST_SIDE = 1_024

JPEG, PNG = "image/jpeg", "image/png"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
#: Of colour types: samples to a pixel.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

_SOS, _APP14 = 0xDA, 0xEE
_END = b"\xff\xd9"
#: Baseline, extended and progressive frames: what every browser shows.
_FRAMES = {0xC0, 0xC1, 0xC2}
#: Huffman and quantisation tables, the restart interval, scans, frames.
_JPEG_KEPT = {0xC4, 0xDB, 0xDD, _SOS, *_FRAMES}
_RESTARTS = range(0xD0, 0xD8)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept and shown."""

    media_type: str
    image: bytes


def picture(content: bytes) -> Picture:
    """Return the picture in ``content``, and nothing else of it.

    Raises ``InvalidValue`` naming ``photo`` for what is none, too large, or damaged.
    """
    if len(content) > MOST_GIVEN:
        raise _refused(f"must be at most {MOST_GIVEN // 1000} kB")
    try:
        if content.startswith(_PNG_SIGNATURE):
            found = Picture(PNG, b"".join((_PNG_SIGNATURE, *_chunks(content))))
        elif content.startswith(b"\xff\xd8\xff"):
            found = Picture(JPEG, b"".join(_segments(content)))
        else:
            raise _refused("must be a JPEG or PNG picture")
    except (IndexError, struct.error, zlib.error) as error:
        raise _refused("is damaged") from error
    if len(found.image) > MOST_KEPT:
        raise _refused(f"must be at most {MOST_KEPT // 1000} kB without what surrounds the picture")
    return found


def _segments(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at, frames = 2, 0
    while content[at : at + 2] != _END:
        if content[at] != 0xFF:
            raise _refused("is damaged")
        marker = content[at + 1]
        if marker == 0xFF:
            # Any number of these may stand before a marker.
            at += 1
            continue
        end = _end_of_segment(content, at)
        frames += marker in _FRAMES
        if marker in _JPEG_KEPT or _is_adobe(content, at, marker):
            yield content[at:end]
        at = end
    if frames != 1:
        raise _refused("is damaged")
    yield _END


def _end_of_segment(content: bytes, at: int) -> int:
    """Return where a segment ends, a scan with its pixels; refuses a frame that is too large."""
    marker = content[at + 1]
    size = struct.unpack_from(">H", content, at + 2)[0]
    end = int(at + 2 + size)
    if size < 2 or end > len(content):
        raise _refused("is damaged")
    if marker in _FRAMES:
        height, width = struct.unpack_from(">HH", content, at + 5)
        _check_sides(width, height)
    return _end_of_scan(content, end) if marker == _SOS else end


def _is_adobe(content: bytes, at: int, marker: int) -> bool:
    """Say whether this segment tells how colours are meant, without which they come out wrong."""
    return marker == _APP14 and content[at + 4 : at + 9] == b"Adobe" and content[at + 3] == 14


def _end_of_scan(content: bytes, at: int) -> int:
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise _refused("is damaged")
        following = content[at + 1]
        if following != 0 and following not in _RESTARTS:
            return at
        at += 2


def _chunks(content: bytes) -> Iterator[bytes]:
    at, kind, pixels, packed = len(_PNG_SIGNATURE), b"", 0, b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise _refused("is damaged")
        body = content[at + 8 : end - 4]
        if zlib.crc32(content[at + 4 : end - 4]) != struct.unpack_from(">I", content, end - 4)[0]:
            raise _refused("is damaged")
        if (kind == b"IHDR") != (at == len(_PNG_SIGNATURE)):
            raise _refused("is damaged")
        if kind == b"IHDR":
            pixels = _bytes_of_pixels(body)
        packed += body if kind == b"IDAT" else b""
        if kind in _PNG_KEPT:
            yield content[at:end]
        at = end
    unpacked = zlib.decompressobj().decompress(packed, pixels + 1)
    if len(unpacked) != pixels:
        raise _refused("is damaged")


def _bytes_of_pixels(header: bytes) -> int:
    """Return how much the pixels of a PNG come to; without interlacing, which hides sizes."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    _check_sides(width, height)
    if colour not in _SAMPLES or interlaced:
        raise _refused("must be a PNG without interlacing")
    return int(height * (1 + (width * depth * _SAMPLES[colour] + 7) // 8))


def _check_sides(width: int, height: int) -> None:
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise _refused(f"must be at most {MOST_SIDE} by {MOST_SIDE} pixels")


def _refused(why: str) -> InvalidValue:
    return InvalidValue({"photo": why})
