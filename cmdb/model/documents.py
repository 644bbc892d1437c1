"""JSON values: taken as they are, as long as every database can hold them."""

import json
import math
from collections.abc import Mapping
from typing import Any

from cmdb.model.refusal import Refusal
from cmdb.model.text import clean

#: How deep lists and objects may nest, and how long the whole may be when written out.
MAX_DEPTH = 20
MAX_CHARACTERS = 65_536


def read_json(raw: object) -> Any:
    r"""Return a copy of a JSON value with clean text.

    >>> read_json({"black": [1, 2.5, "ok\x00"]})
    {'black': [1, 2.5, 'ok']}
    """
    document = _copy(raw, 0)
    if len(json.dumps(document, ensure_ascii=False)) > MAX_CHARACTERS:
        raise Refusal(f"the document is longer than {MAX_CHARACTERS} characters")
    return document


def _copy(raw: object, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Refusal(f"the document is nested more than {MAX_DEPTH} levels deep")
    if isinstance(raw, Mapping):
        return {_name(name): _copy(value, depth + 1) for name, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_copy(value, depth + 1) for value in raw]
    return _leaf(raw)


def _name(raw: object) -> str:
    if not isinstance(raw, str):
        raise Refusal("the names in a JSON object are text")
    return clean(raw)


def _leaf(raw: object) -> Any:
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return clean(raw, multiline=True)
    if isinstance(raw, int) and -(2**63) <= raw < 2**63:
        return int(raw)
    if isinstance(raw, float) and math.isfinite(raw):
        return float(raw)
    raise Refusal("expected JSON: objects, lists, text, finite numbers, true, false or null")
