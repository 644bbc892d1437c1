"""What no database of ours can hold does not get past the edge."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import request

from cmdb.errors import InvalidValue, NotFound

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_WIDEST = 2**63
_CONTROL = "must not hold control characters"


def refuse_unstorable_text() -> None:
    """Refuse a NUL in address, query or form.

    Raises ``NotFound`` for the address: nothing is called so; ``InvalidValue`` naming the field.
    """
    if "\0" in request.path:
        raise NotFound("address", request.path.replace("\0", "\\0"))
    given = list(request.args.items(multi=True))
    if request.mimetype in _FORMS:
        given += request.form.items(multi=True)
    faults = {_printable(k): _CONTROL for k, v in given if "\0" in k or "\0" in v}
    if faults:
        raise InvalidValue(faults)


def faults_in(document: Any) -> dict[str, list[str]]:
    r"""Return what of a JSON document cannot be stored, by dotted path.

    >>> faults_in({"name": "a\0", "values": {"size": [2**63, 1]}})
    {'name': ['must not hold control characters'], 'values.size.0': ['is too large a number']}
    """
    return dict(_faults("", document))


def _faults(place: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield place, [_CONTROL]
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) >= _WIDEST:
            yield place, ["is too large a number"]
    elif isinstance(value, Mapping):
        yield from _inside(place, value.items())
    elif isinstance(value, list):
        yield from _inside(place, enumerate(value))


def _inside(place: str, members: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, list[str]]]:
    for name, member in members:
        here = f"{place}.{name}" if place else str(name)
        if _UNSTORABLE.search(here):
            yield _printable(here), [_CONTROL]
        else:
            yield from _faults(here, member)


def _printable(name: str) -> str:
    return _UNSTORABLE.sub("", name)
