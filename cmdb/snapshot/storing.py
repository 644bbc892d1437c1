"""The snapshot file: one graph as page-aligned arrays that every process of a host maps.

The file begins with a header: what it is, its format, a checksum of what follows, and then a JSON
document that says at which sequence the graph is true and where each array lies, how long it is and
how much room lies behind it (a hole in the file). It is written beside the old one and renamed, so
nobody ever sees half a file; it is a cache, and whatever is wrong with it means *build anew*.
"""

import json
import mmap
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import ARRAY_NAMES, GraphArrays
from cmdb.engine.impact.compact.room import Room, lengths_with_room, used_by
from cmdb.snapshot.naming import ItemColumns

#: Raised whenever the layout, or what relations become in it (`carrying`), changes.
FORMAT = 2
_MAGIC = b"CADGRAPH"
_HEAD = struct.Struct("<8sIII")
_PAGE = 4096
_HEADER = 4 * _PAGE
_COLUMNS = ("name_start", "name_bytes", "class_place", "organisation", "tier")

Array = NDArray[Any]


class Unusable(Exception):
    """The file is missing, foreign, of another format, cut short or damaged."""


@dataclass(frozen=True)
class Stored:
    """What a file holds: a graph without anything moved, and what says whether it may be used."""

    sequence: int
    checksum: int
    model: int
    arrays: GraphArrays
    columns: ItemColumns
    room: Room


@dataclass(frozen=True)
class Layout:
    """A graph to be stored: plain but for idle items, without room."""

    sequence: int
    checksum: int
    model: int
    arrays: GraphArrays
    columns: ItemColumns


def write(path: Path, layout: Layout) -> None:
    """Write the file; raises OSError where that is not possible."""
    arrays = _arrays_of(layout)
    lengths = lengths_with_room(layout.arrays)
    places: dict[str, Any] = {}
    offset = _HEADER
    for name, array in arrays.items():
        room = lengths.get(name, len(array))
        places[name] = [array.dtype.str, len(array), room, offset, _mark(array)]
        offset += -(-room * array.itemsize // _PAGE) * _PAGE
    document = {
        "sequence": layout.sequence,
        "checksum": layout.checksum % 2**64,
        "model": layout.model,
        "classes": layout.columns.class_codes,
        "used": used_by(layout.arrays),
        "size": offset,
        "arrays": places,
    }
    text = json.dumps(document).encode()
    if len(text) > _HEADER - _HEAD.size:
        raise OSError("the header of the snapshot does not fit")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_HEAD.pack(_MAGIC, FORMAT, len(text), crc32(text)) + text)
            for name, array in arrays.items():
                stream.seek(places[name][3])
                stream.write(np.ascontiguousarray(array).view(np.uint8).data)
            stream.truncate(offset)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def attach(path: Path) -> Stored:
    """Map a file; what is written into its arrays stays this process's own. Raises Unusable."""
    try:
        with path.open("rb") as stream:
            document = _header(stream.read(_HEADER))
            if os.fstat(stream.fileno()).st_size != document["size"]:
                raise Unusable("cut short")
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        arrays = {name: _array(mapped, *place) for name, place in document["arrays"].items()}
        return _stored(document, arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(str(error)) from error


def sequence_of(path: Path) -> int:
    """Return the sequence that a file says it is true at; -1 when it cannot be used."""
    try:
        with path.open("rb") as stream:
            return int(_header(stream.read(_HEADER))["sequence"])
    except (OSError, ValueError, KeyError, Unusable):
        return -1


def _header(head: bytes) -> Mapping[str, Any]:
    if len(head) < _HEADER:
        raise Unusable("cut short")
    magic, form, length, mark = _HEAD.unpack_from(head)
    text = head[_HEAD.size : _HEAD.size + length]
    if magic != _MAGIC or form != FORMAT or crc32(text) != mark:
        raise Unusable("not a snapshot of this format")
    document: Mapping[str, Any] = json.loads(text)
    return document


def _array(mapped: mmap.mmap, kind: str, length: int, room: int, offset: int, mark: int) -> Array:
    array: Array = np.frombuffer(mapped, np.dtype(kind), room, offset)
    if _mark(array[:length]) != mark:
        raise Unusable("damaged")
    return array


def _stored(document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Stored:
    graph: dict[str, Any] = {name: arrays[name] for name in (*ARRAY_NAMES, "idle")}
    columns: list[Any] = [arrays[name] for name in _COLUMNS]
    columns.append(tuple(document["classes"]))
    used = {heap: int(count) for heap, count in document["used"].items()}
    return Stored(
        int(document["sequence"]),
        int(document["checksum"]),
        int(document["model"]),
        GraphArrays(**graph),
        ItemColumns(*columns),
        Room.of(used),
    )


def _arrays_of(layout: Layout) -> dict[str, Array]:
    idle = layout.arrays.idle
    if idle is None:
        raise ValueError("a graph is stored with places for items to come")
    found: dict[str, Array] = {name: getattr(layout.arrays, name) for name in ARRAY_NAMES}
    found["idle"] = idle
    return found | {name: getattr(layout.columns, name) for name in _COLUMNS}


def _mark(array: Array) -> int:
    """Return a number that changes when any byte does, and when words change places."""
    raw = np.ascontiguousarray(array).view(np.uint8)
    whole = len(raw) // 8 * 8
    words = raw[:whole].view(np.uint64)
    found = int(words.sum(dtype=np.uint64)) ^ crc32(raw[whole:].tobytes())
    # Every second word counts double, every fourth once more.
    for step in (2, 5):
        found = (found * 31 + int(words[::step].sum(dtype=np.uint64))) % 2**63
    return found
