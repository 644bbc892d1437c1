"""Findings as plain documents and back, so that they can be kept and compared."""

from dataclasses import asdict, fields, is_dataclass
from typing import Any, get_args, get_origin

from discovery.findings.whole import DeviceFindings

#: How the visit went is no fact about the device.
_LEFT_OUT = ("outcomes", "seconds", "particulars")


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


def _made(kind: Any, value: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        known = {one.name: one.type for one in fields(kind) if one.name in value}
        return kind(**{name: _made(known[name], value[name]) for name in known})
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(_made(inner, one) for one in value)
    return value
