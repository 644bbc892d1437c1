"""Addresses of pages: the URL holds the whole state of a list."""

from collections.abc import Mapping
from urllib.parse import urlencode

QueryPairs = list[tuple[str, str]]


def with_query(path: str, query: Mapping[str, list[str]], changes: Mapping[str, object]) -> str:
    """Return ``path`` with ``query`` after ``changes``; None or "" takes a parameter away.

    A list replaces all values of its parameter.

    >>> with_query("/items", {"q": ["db"], "after": ["x"]}, {"after": None, "sort": "-name"})
    '/items?q=db&sort=-name'
    """
    merged: dict[str, list[str]] = {name: list(values) for name, values in query.items()}
    for name, value in changes.items():
        merged[name] = _values(value)
    pairs: QueryPairs = [(name, value) for name, values in merged.items() for value in values]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _values(value: object) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [str(value)]
