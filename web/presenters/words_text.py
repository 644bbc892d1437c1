"""The desk's words as TOML that a person reads and edits."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def words_text(sections: Mapping[str, Any]) -> str:
    r"""Return sections of the desk's words as TOML.

    >>> print(words_text({"channels": {"phone": {"en": "Phone"}}, "moves": [{"to": "new"}]}))
    [channels]
    phone = { en = "Phone" }
    <BLANKLINE>
    [[moves]]
    to = "new"
    """
    # Before the first table: behind one, it would be a line of that table.
    empty = [f"{name} = []" for name, part in sections.items() if part == []]
    blocks = [line for name, part in sections.items() for line in _section(name, part)]
    return "\n\n".join(empty + blocks)


def _section(name: str, part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for entry in part:
            yield "\n".join([f"[[{name}]]", *_lines(entry)])
        return
    yield from _table(name, part)


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    flat = {key: value for key, value in table.items() if _fits_a_line(value)}
    if flat or not table:
        yield "\n".join([f"[{path}]", *_lines(flat)])
    for key, value in table.items():
        if key not in flat:
            yield from _table(f"{path}.{key}", value)


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _fits_a_line(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not any(isinstance(inner, Mapping | list) for inner in value.values())
    return True


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    # What JSON writes of text, numbers and truths is TOML as well.
    return json.dumps(value, ensure_ascii=False)
