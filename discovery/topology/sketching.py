"""A device without its table of addresses: all else that the topology reads of its findings.

Rows are kept as lists of values in the order of their fields, for thousands of devices are read at
once.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import starmap
from operator import attrgetter
from typing import Any, get_args, get_origin, get_type_hints

from discovery.findings import DeviceFindings
from discovery.topology.subnets import DEFAULT_ROUTES

#: The fields of findings that derivation reads; of some of them not all rows (``sketch_of``).
READ = (
    "system",
    "interfaces",
    "addresses",
    "entities",
    "neighbours",
    "chassis",
    "cdp_id",
    "local_ports",
    "bridge_ports",
    "spanning_trees",
    "spanning_ports",
    "learnt",
    "stack",
    "nearby",
    "routes",
    "system_id",
    "adjacencies",
    "standbys",
)


def sketch_of(findings: DeviceFindings) -> DeviceFindings:
    """Return findings without what no derivation reads, and without what the bridge learnt."""
    kept = {name: getattr(findings, name) for name in READ}
    kept["learnt"] = tuple(row for row in findings.learnt if row.own)
    kept["entities"] = tuple(one for one in findings.entities if one.kind == "chassis")
    kept["routes"] = tuple(row for row in findings.routes if row.destination in DEFAULT_ROUTES)
    return replace(_NOTHING, **kept)


_NOTHING = DeviceFindings("", 0, "", "")


def sketch_document(sketch: DeviceFindings) -> list[Any]:
    """Return a sketch as plain lists."""
    return [_plain(getattr(sketch, name)) for name in READ]


def sketch_from(document: Iterable[Any]) -> DeviceFindings:
    """Return the sketch that a document tells of."""
    told = zip(READ, document, strict=True)
    return replace(_NOTHING, **{name: _read(_kinds()[name], value) for name, value in told})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return list(map(_plain, _values(type(value))(value)))
    return value


@cache
def _values(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(one.name for one in fields(kind)))


@cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(DeviceFindings)


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        return _row(kind, value)
    if get_origin(kind) is not tuple:
        return value
    inner: Any = get_args(kind)[0]
    rows = is_dataclass(inner)
    if rows and _listed(inner):
        return tuple(_row(inner, row) for row in value)
    return tuple(starmap(inner, value)) if rows else tuple(value)


def _row(kind: Any, values: list[Any]) -> Any:
    for place in _listed(kind):
        values[place] = tuple(values[place])
    return kind(*values)


@cache
def _listed(kind: Any) -> tuple[int, ...]:
    """Return the places of the fields that hold several values."""
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind)]
    return tuple(place for place, name in enumerate(names) if get_origin(hints[name]) is tuple)
