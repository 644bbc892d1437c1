"""Cursors into computed answers: the sort key of the last row shown, and nothing else.

They stay true when the graph changes between two pages: what sorts after the key comes next.

>>> place_after(cursor_at(3, 2, 4711), 3)
(3, 2, 4711)
"""

import base64
import binascii
import json

from cmdb.errors import InvalidValue

_WIDEST = 2**63


def cursor_at(*key: int) -> str:
    """Return the cursor of the row with this sort key."""
    packed = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def place_after(cursor: str, width: int) -> tuple[int, ...]:
    """Return the sort key in ``cursor``. Raises ``InvalidValue`` for a damaged one."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        key = None
    if isinstance(key, list) and len(key) == width and all(map(_is_number, key)):
        return tuple(key)
    raise InvalidValue({"cursor": "is damaged or belongs to another question"})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WIDEST
