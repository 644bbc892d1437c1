"""Findings as plain documents and back, so that they can be kept and compared."""

import json
import zlib
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from functools import cache, partial
from typing import Any, get_args, get_origin

from discovery.findings.whole import DeviceFindings

#: How the visit went is no fact about the device.
_LEFT_OUT = ("outcomes", "seconds", "particulars")


def pack(findings: DeviceFindings) -> bytes:
    """Return findings as they are stored: JSON, compressed with zlib."""
    document = json.dumps(findings_document(findings), separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(document.encode(), 3)


def unpack(packed: bytes) -> DeviceFindings:
    """Return stored findings."""
    return findings_from(json.loads(zlib.decompress(packed)))


def findings_document(findings: DeviceFindings) -> dict[str, Any]:
    """Return what a device said as a document of plain values."""
    document = asdict(findings)
    for name in _LEFT_OUT:
        del document[name]
    return document


def findings_from(document: dict[str, Any]) -> DeviceFindings:
    """Make findings of a document; fields that are not known (any more) are left out."""
    made = _made(DeviceFindings, document)
    if not isinstance(made, DeviceFindings):
        raise TypeError("the document holds no findings")
    return made


def _made(kind: Any, value: dict[str, Any]) -> Any:
    readers = _readers(kind)
    told = {}
    for name, one in value.items():
        if name in readers:
            read = readers[name]
            told[name] = one if read is None else read(one)
    return kind(**told)


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any] | None]:
    """Return how each field of a kind is read, None where the value stands as it is."""
    return {one.name: _reader(one.type) for one in fields(kind)}


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    if is_dataclass(kind):
        return partial(_made, kind)
    if get_origin(kind) is not tuple:
        return None
    inner = _reader(get_args(kind)[0])
    return tuple if inner is None else partial(_each, inner)


def _each(read: Callable[[Any], Any], rows: list[Any]) -> tuple[Any, ...]:
    return tuple(map(read, rows))
