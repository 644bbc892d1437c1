"""Pictures of people, put together anew out of the parts that make the picture. Pure.

Whatever else a file holds (places and times of EXIF, comments, previews, what hides behind the end)
is left out, and what is no whole JPEG (ITU-T T.81) or PNG (ISO/IEC 15948) is refused. Each part has
the length that its standard says. The pixels of a PNG are packed anew; those of a JPEG stay as they
were given, for no library of this installation decodes them.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cmdb.errors import InvalidValue

#: So much may be given, so large may be kept, and so many pixels may a side have.
MOST_GIVEN = 2_000_000
MOST_KEPT = 200_000
MOST_SIDE = 1_024
#: Each scan of a JPEG costs whoever shows it a walk over all pixels; the usual ten are enough.
MOST_SCANS = 64

JPEG, PNG = "image/jpeg", "image/png"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: What is kept besides the pixels, and the most bytes it may have.
_PNG_KEPT = {b"IHDR": 13, b"PLTE": 768, b"tRNS": 256}
#: Of colour types: samples to a pixel.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

_DHT, _DQT, _DRI, _SOS, _APP14 = 0xC4, 0xDB, 0xDD, 0xDA, 0xEE
_END = b"\xff\xd9"
#: Baseline, extended and progressive frames: what every browser shows.
_FRAMES = {0xC0, 0xC1, 0xC2}
#: Huffman and quantisation tables, the restart interval, scans, frames.
_JPEG_KEPT = {_DHT, _DQT, _DRI, _SOS, *_FRAMES}
_RESTARTS = range(0xD0, 0xD8)
_ADOBE_BYTES = 12


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
            found = Picture(PNG, b"".join((_PNG_SIGNATURE, *_kept_chunks(content))))
        elif content.startswith(b"\xff\xd8\xff"):
            found = Picture(JPEG, b"".join(_kept_segments(content)))
        else:
            raise _refused("must be a JPEG or PNG picture")
    except (IndexError, struct.error, zlib.error) as error:
        raise _refused("is damaged") from error
    if len(found.image) > MOST_KEPT:
        raise _refused(f"must be at most {MOST_KEPT // 1000} kB without what surrounds the picture")
    return found


def _kept_segments(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    frames, scans = 0, 0
    for marker, body, whole in _segments(content):
        if marker in _FRAMES:
            frames += 1
            height, width = struct.unpack_from(">HH", body, 1)
            _check_sides(width, height)
        scans += marker == _SOS
        if marker in _JPEG_KEPT or _is_adobe(marker, body):
            _check_length(marker, body)
            yield whole
    if scans > MOST_SCANS:
        raise _refused(f"must be built of at most {MOST_SCANS} scans")
    if frames != 1 or not scans:
        raise _refused("is damaged")
    yield _END


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, body and all of each segment; a scan with its pixels."""
    at = 2
    while content[at : at + 2] != _END:
        if content[at] != 0xFF:
            raise _refused("is damaged")
        marker = content[at + 1]
        if marker == 0xFF:
            # Any number of these may stand before a marker.
            at += 1
            continue
        body = _body(content, at)
        end = at + 4 + len(body)
        if marker == _SOS:
            end = _end_of_scan(content, end)
        yield marker, body, content[at:end]
        at = end


def _body(content: bytes, at: int) -> bytes:
    size = struct.unpack_from(">H", content, at + 2)[0]
    end = int(at + 2 + size)
    if size < 2 or end > len(content):
        raise _refused("is damaged")
    return content[at + 4 : end]


def _check_length(marker: int, body: bytes) -> None:
    """Refuse a segment with room for more than its standard puts there."""
    if marker == _DHT:
        wanted = _tables(body, lambda at: 17 + sum(body[at + 1 : at + 17]))
    elif marker == _DQT:
        wanted = _tables(body, lambda at: 1 + 64 * (1 + (body[at] >> 4 & 1)))
    elif marker == _SOS:
        wanted = 4 + 2 * body[0]
    elif marker in _FRAMES:
        wanted = 6 + 3 * body[5]
    else:
        wanted = 2 if marker == _DRI else _ADOBE_BYTES
    if len(body) != wanted:
        raise _refused("is damaged")


def _tables(body: bytes, size_of: Callable[[int], int]) -> int:
    """Return where the last of the tables ends that stand in ``body`` one behind the other."""
    at = 0
    while at < len(body):
        at += size_of(at)
    return at


def _is_adobe(marker: int, body: bytes) -> bool:
    """Say whether this segment tells how colours are meant, without which they come out wrong."""
    return marker == _APP14 and body.startswith(b"Adobe") and len(body) == _ADOBE_BYTES


def _end_of_scan(content: bytes, at: int) -> int:
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise _refused("is damaged")
        following = content[at + 1]
        if following != 0 and following not in _RESTARTS:
            return at
        at += 2


def _kept_chunks(content: bytes) -> Iterator[bytes]:
    packed: list[bytes] = []
    room = dict(_PNG_KEPT)
    pixels = 0
    for kind, body in _chunks(content):
        if kind == b"IHDR":
            pixels = _bytes_of_pixels(body)
        if kind == b"IDAT":
            packed.append(body)
        elif kind in _PNG_KEPT and not packed:
            # Each of them once.
            if len(body) > room.pop(kind, -1):
                raise _refused("is damaged")
            yield _chunk(kind, body)
    yield _chunk(b"IDAT", _packed_anew(b"".join(packed), pixels))
    yield _chunk(b"IEND", b"")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise _refused("is damaged")
        if zlib.crc32(content[at + 4 : end - 4]) != struct.unpack_from(">I", content, end - 4)[0]:
            raise _refused("is damaged")
        if (kind == b"IHDR") != (at == len(_PNG_SIGNATURE)):
            raise _refused("is damaged")
        yield kind, content[at + 8 : end - 4]
        at = end


def _packed_anew(packed: bytes, pixels: int) -> bytes:
    """Return the pixels without what the packing had room for beside them."""
    unpacked = zlib.decompressobj().decompress(packed, pixels + 1)
    if len(unpacked) != pixels:
        raise _refused("is damaged")
    return zlib.compress(unpacked, 9)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


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
