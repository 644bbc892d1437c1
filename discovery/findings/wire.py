"""Results of visits and checks as documents that travel, and back, read with suspicion.

What comes over the wire is held to the types of the findings: a field that is missing has its
default, one that nobody knows is left out, one of another type is refused by name.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from discovery.findings.outcomes import Unreachable
from discovery.findings.whole import DeviceFindings

T = TypeVar("T")

_LONGEST_TEXT = 4096
_LARGEST = 2**63


class BadDocument(ValueError):
    """A document is not what it should be; the text names the field."""


def result_document(result: DeviceFindings | Unreachable) -> dict[str, Any]:
    """Return all that came of a visit, how it went included."""
    kind = "found" if isinstance(result, DeviceFindings) else "missed"
    return {kind: asdict(result)}


def result_from(document: object) -> DeviceFindings | Unreachable:
    """Return what came of a visit. Raises ``BadDocument``."""
    if isinstance(document, Mapping) and "found" in document:
        return value_from(DeviceFindings, document["found"], "found")
    if isinstance(document, Mapping) and "missed" in document:
        return value_from(Unreachable, document["missed"], "missed")
    raise BadDocument("a result says neither what was found nor why nothing was")


def value_from(kind: type[T], document: object, place: str) -> T:
    """Return the dataclass ``kind`` that ``document`` stands for. Raises ``BadDocument``."""
    return _dataclass(kind, document, place)  # type: ignore[no-any-return]  # of that class


def _read(kind: Any, value: object, place: str) -> Any:
    """Return ``value`` as the annotation ``kind`` wants it."""
    if isinstance(kind, UnionType):
        return _either(kind, value, place)
    if is_dataclass(kind):
        return _dataclass(kind, value, place)
    if get_origin(kind) is tuple:
        return _row(get_args(kind)[0], value, place)
    if get_origin(kind) is dict:
        return _words(value, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(kind, value, place)
    return _plain(kind, value, place)


def _either(kind: UnionType, value: object, place: str) -> Any:
    """Read ``X | None``."""
    if value is None:
        return None
    (inner,) = (one for one in get_args(kind) if one is not type(None))
    return _read(inner, value, place)


def _dataclass(kind: Any, value: object, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise BadDocument(f"{place} must be an object")
    given = {}
    for one in fields(kind):
        if one.name in value:
            given[one.name] = _read(one.type, value[one.name], f"{place}.{one.name}")
        elif one.default is MISSING and one.default_factory is MISSING:
            raise BadDocument(f"{place}.{one.name} is missing")
    return kind(**given)


def _row(inner: Any, value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise BadDocument(f"{place} must be a list")
    return tuple(_read(inner, one, place) for one in value)


def _words(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise BadDocument(f"{place} must be an object")
    return {_plain(str, key, place): _plain(str, one, place) for key, one in value.items()}


def _word(kind: type[StrEnum], value: object, place: str) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        raise BadDocument(f"{place} is not one of {', '.join(kind)}") from None


def _plain(kind: type, value: object, place: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise BadDocument(f"{place} is of the wrong type")
    if isinstance(value, str) and not _is_storable(value):
        raise BadDocument(f"{place} holds text that cannot be kept")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadDocument(f"{place} is no number")
    if isinstance(value, int) and not -_LARGEST <= value < 2 * _LARGEST:
        raise BadDocument(f"{place} is too large")
    return value


def _is_storable(value: str) -> bool:
    if len(value) > _LONGEST_TEXT or "\x00" in value:
        return False
    return not any("\ud800" <= one <= "\udfff" for one in value) if not value.isascii() else True
