"""Entries as one TOML file, for people to keep under version control.

version = 4                       # the model it was taken from; older files are refused

[classes.door_lock]
parent = "device"
label = { en = "Door lock" }

[attributes.door_lock.battery_percent]
type = "integer"
label = { en = "Battery" }

[relations.unlocks]
label = { en = "unlocks" }
reverse = { en = "is unlocked by" }

[identity.door_lock.mac]
weight = 20

[suggestions]
pairs = [["door_lock", "unlocks", "room"]]
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cmdb.model.entries import ATTRIBUTE, CLASS, IDENTITY, RELATION, SUGGESTION, Entries
from cmdb.model.unknown import InvalidModel

_TABLES = {
    "classes": CLASS,
    "attributes": ATTRIBUTE,
    "relations": RELATION,
    "identity": IDENTITY,
}
#: Tables of tables: the class, and below it what the entry is about.
_NESTED = {ATTRIBUTE: "attributes", IDENTITY: "identity"}
_PAIR = 3
_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file's entries, and the version of the model it was taken from; None when it says none."""

    entries: Entries
    version: int | None = None


def read_model_text(text: str) -> ModelFile:
    """Return what a file says. Raises ``InvalidModel`` naming line or table."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidModel({"file": str(error)}) from error
    return read_model_document(tables)


def read_model_document(tables: Mapping[str, Any]) -> ModelFile:
    """Return what a document of the file's shape says. Raises ``InvalidModel``."""
    problems = {
        str(name): f"there is no such table; known are {', '.join((*_TABLES, 'suggestions'))}"
        for name in tables
        if name not in (*_TABLES, "suggestions", "version")
    }
    version = tables.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        problems["version"] = "must be a whole number"
    entries: dict[tuple[str, str], Mapping[str, Any]] = {}
    for name, kind in _TABLES.items():
        for code, document in _rows(tables.get(name, {}), kind, name, problems):
            entries[kind, code] = document
    for pair in _pairs(tables.get("suggestions", {}), problems):
        entries[SUGGESTION, ".".join(pair)] = {}
    if problems:
        raise InvalidModel(problems)
    return ModelFile(entries, version)


def _rows(table: Any, kind: str, name: str, problems: dict[str, str]) -> Iterator[tuple[str, Any]]:
    if not isinstance(table, Mapping):
        problems[name] = "must be a table"
        return
    for code, document in table.items():
        if kind not in _NESTED:
            yield code, document
        elif isinstance(document, Mapping):
            yield from ((f"{code}.{inner}", one) for inner, one in document.items())
        else:
            problems[f"{name}.{code}"] = f"must be a table of {_NESTED[kind]}"


def _pairs(table: Any, problems: dict[str, str]) -> list[list[str]]:
    pairs = table.get("pairs", []) if isinstance(table, Mapping) else None
    if not isinstance(pairs, list) or not all(_is_pair(one) for one in pairs):
        problems["suggestions"] = 'must hold pairs = [["class", "relation", "class"], …]'
        return []
    return pairs


def _is_pair(one: Any) -> bool:
    return isinstance(one, list) and len(one) == _PAIR and all(isinstance(p, str) for p in one)


def model_document(entries: Entries, version: int) -> dict[str, Any]:
    """Return the document that ``read_model_document`` reads back."""
    found: dict[str, Any] = {"version": version} | {name: {} for name in _TABLES}
    pairs = []
    for (kind, code), document in sorted(entries.items()):
        if kind == SUGGESTION:
            pairs.append(code.split("."))
        elif kind in _NESTED:
            owner, name = code.split(".")
            found[_NESTED[kind]].setdefault(owner, {})[name] = dict(document)
        else:
            found["classes" if kind == CLASS else "relations"][code] = dict(document)
    return found | {"suggestions": {"pairs": pairs}}


def model_text(entries: Entries, version: int) -> str:
    """Return the file that ``read_model_text`` reads back."""
    return "\n".join(_written(model_document(entries, version))) + "\n"


def _written(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"version = {document['version']}"
    for name in ("classes", "relations"):
        for code, entry in document[name].items():
            yield from _table(f"{name}.{code}", entry)
    for name in _NESTED.values():
        for owner, inner in document[name].items():
            for code, entry in inner.items():
                yield from _table(f"{name}.{owner}.{code}", entry)
    if document["suggestions"]["pairs"]:
        yield ""
        yield "[suggestions]"
        yield "pairs = ["
        yield from (f"    {_value(pair)}," for pair in document["suggestions"]["pairs"])
        yield "]"


def _table(head: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"[{head}]"
    for name, value in entry.items():
        if name == "choices":
            yield from (f"choices.{_key(code)} = {_value(one)}" for code, one in value.items())
        elif value is not None:
            yield f"{name} = {_value(value)}"


def _key(name: str) -> str:
    return name if _KEY.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    # JSON's text, numbers and truths are TOML's too.
    return json.dumps(value, ensure_ascii=False)
