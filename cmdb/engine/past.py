"""The values of an item as they were recorded at a past moment: what came later is undone.

>>> undone({"name": "db-2", "vendor": "HP"}, [("name", "db-1"), ("vendor", None), ("name", "db")])
{'name': 'db'}
"""

from collections.abc import Iterable, Mapping
from typing import Any

#: Readings: shown with their time, and no difference worth telling.
UNTOLD = frozenset({"boot_time"})


def undone(values: Mapping[str, Any], changes: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return ``values`` without ``changes``, each (attribute, value before), the newest first."""
    past = dict(values)
    for name, before in changes:
        if before is None:
            past.pop(name, None)
        else:
            past[name] = before
    return past


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return {attribute: (before, after)} of what differs; nothing and empty are the same.

    >>> differences({"name": "a", "label": []}, {"name": "b"})
    {'name': ('a', 'b')}
    """
    found = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if name not in UNTOLD and old != new and (_filled(old) or _filled(new)):
            found[name] = (old, new)
    return found


def _filled(value: Any) -> bool:
    return value not in (None, "", [], {})
