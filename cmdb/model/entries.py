"""What people define at run time, as documents: read with every fault named.

An *entry* is one definition: ``class:door_lock``, ``attribute:door_lock.battery``,
``relation:unlocks``, ``suggestion:door_lock.unlocks.room`` or ``identity:door_lock.mac``. Its
document has the fields of the shipped TOML files. An entry of a shipped code changes that
definition: only the fields it gives, and only those that stored values do not depend on.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cmdb.model.values import ValueType

CLASS, ATTRIBUTE, RELATION, SUGGESTION = "class", "attribute", "relation", "suggestion"
IDENTITY = "identity"
KINDS = (CLASS, ATTRIBUTE, RELATION, SUGGESTION, IDENTITY)
LANGUAGES = ("en", "es", "ru")

#: Definitions by (kind, code); an attribute's code is "class.attribute".
Entries = Mapping[tuple[str, str], Mapping[str, Any]]

_CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ICON = re.compile(r"[a-z0-9-]{1,40}")
_MOST_CHOICES = 500
_LABEL_LENGTH = 200
_MOST_POINTS = 200
_MOST_KEYS = 5


class _Fault(Exception):
    """One field cannot be read; the text says what is expected."""


class Field(NamedTuple):
    """One field of a kind of entry: how it is read, and whether it may change what is shipped."""

    read: Callable[[Any], Any]
    needed: bool = False
    on_shipped: bool = False


def _label(raw: Any) -> dict[str, str]:
    texts = {"en": raw} if isinstance(raw, str) else raw
    if not isinstance(texts, Mapping) or not str(texts.get("en") or "").strip():
        raise _Fault("must give at least the English name")
    for language, text in texts.items():
        if language not in LANGUAGES:
            raise _Fault(f"{language!r} is none of {', '.join(LANGUAGES)}")
        if not isinstance(text, str) or len(text) > _LABEL_LENGTH:
            raise _Fault(f"{language}: must be text of at most {_LABEL_LENGTH} characters")
    return {language: str(text).strip() for language, text in texts.items() if text.strip()}


def _code(raw: Any) -> str:
    if not isinstance(raw, str) or not _CODE.fullmatch(raw):
        raise _Fault("must be lower-case letters, digits and underscores, a letter first")
    return raw


def _codes(raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple) or len(raw) > 100:
        raise _Fault("must be a list of at most 100 codes")
    return [_code(one) for one in raw]


def _icon(raw: Any) -> str:
    if not isinstance(raw, str) or not _ICON.fullmatch(raw):
        raise _Fault("must be the name of an icon")
    return raw


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise _Fault("must be true or false")
    return raw


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        if raw not in words:
            raise _Fault(f"must be one of {', '.join(words)}")
        return str(raw)

    return read


def _number(raw: Any) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or abs(raw) > 2**53:
        raise _Fault("must be a number")
    return raw


def _share(raw: Any) -> float:
    number = _number(raw)
    if number is None or not 0 <= number <= 1:
        raise _Fault("must lie between 0 and 1")
    return number


def _points(raw: Any) -> float:
    number = _number(raw)
    if number is None or not 0 <= number <= _MOST_POINTS:
        raise _Fault(f"must lie between 0 and {_MOST_POINTS}")
    return number


def _keys(raw: Any) -> list[list[str]]:
    if not isinstance(raw, list | tuple) or len(raw) > _MOST_KEYS:
        raise _Fault(f"must be a list of at most {_MOST_KEYS} lists of attributes")
    found = [_codes(one) for one in raw]
    if any(not 0 < len(set(one)) == len(one) <= _MOST_KEYS for one in found):
        raise _Fault(f"each key is 1 to {_MOST_KEYS} different attributes")
    return found


def _length(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 100_000:
        raise _Fault("must be a whole number from 1 to 100000")
    return raw


def _unit(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > 20:
        raise _Fault("must be text of at most 20 characters")
    return raw.strip()


def _choices(raw: Any) -> dict[str, dict[str, str]]:
    if not isinstance(raw, Mapping) or len(raw) > _MOST_CHOICES:
        raise _Fault(f"must be a table of at most {_MOST_CHOICES} choices")
    found: dict[str, dict[str, str]] = {}
    for code, label in raw.items():
        try:
            found[_code(code)] = _label(label)
        except _Fault as why:
            raise _Fault(f"{code}: {why}") from None
    return found


FIELDS: Mapping[str, Mapping[str, Field]] = {
    CLASS: {
        "parent": Field(_code, needed=True),
        "label": Field(_label, needed=True, on_shipped=True),
        "icon": Field(_icon, on_shipped=True),
        "abstract": Field(_flag),
    },
    ATTRIBUTE: {
        "type": Field(_one_of(*ValueType), needed=True),
        "label": Field(_label, needed=True, on_shipped=True),
        "unit": Field(_unit),
        "choices": Field(_choices, on_shipped=True),
        "searchable": Field(_flag),
        "required": Field(_flag, on_shipped=True),
        "recommended": Field(_flag, on_shipped=True),
        "is_list": Field(_flag),
        "multiline": Field(_flag),
        "max_length": Field(_length, on_shipped=True),
        "minimum": Field(_number, on_shipped=True),
        "maximum": Field(_number, on_shipped=True),
        "target": Field(_code),
    },
    RELATION: {
        "label": Field(_label, needed=True, on_shipped=True),
        "reverse": Field(_label, needed=True, on_shipped=True),
        "provider": Field(_one_of("start", "end", "")),
        "strength": Field(_one_of("hard", "soft")),
        "weight": Field(_share, on_shipped=True),
        "acyclic": Field(_flag),
        "starts": Field(_codes),
        "ends": Field(_codes),
    },
    SUGGESTION: {},
    IDENTITY: {
        "counts": Field(_flag, on_shipped=True),
        "weight": Field(_points, on_shipped=True),
        "against": Field(_points, on_shipped=True),
        "alone": Field(_flag, on_shipped=True),
        "keys": Field(_keys, on_shipped=True),
    },
}


def name_of(kind: str, code: str) -> str:
    """Return how an entry is called in errors and plans."""
    return f"{kind}.{code}"


def read_entry(
    kind: str, code: str, document: Any, *, shipped: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (what the document says, problems by name); ``shipped``: it changes a shipped one."""
    name = name_of(kind, code)
    if not isinstance(document, Mapping):
        return {}, {name: "must be a table"}
    fields = FIELDS[kind]
    problems = dict(_code_problems(kind, code, name))
    found: dict[str, Any] = {}
    for field, raw in document.items():
        known = fields.get(field)
        if known is None:
            problems[f"{name}.{field}"] = "there is no such field"
        elif shipped and not known.on_shipped:
            problems[f"{name}.{field}"] = "this field of a shipped definition never changes"
        else:
            try:
                found[field] = known.read(raw)
            except _Fault as why:
                problems[f"{name}.{field}"] = str(why)
    missing = () if shipped else (f for f, known in fields.items() if known.needed)
    problems |= {f"{name}.{field}": "is required" for field in missing if field not in document}
    return found, problems


def _code_problems(kind: str, code: str, name: str) -> list[tuple[str, str]]:
    wanted = {CLASS: 1, RELATION: 1, ATTRIBUTE: 2, SUGGESTION: 3, IDENTITY: 2}[kind]
    parts = code.split(".")
    if len(parts) == wanted and all(_CODE.fullmatch(part) for part in parts):
        return []
    return [(name, "a code is lower-case letters, digits and underscores, at most 63")]
