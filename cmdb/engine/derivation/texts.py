"""Rules as TOML, one table each: faults are named with their line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from cmdb.engine.derivation.documents import document_of, read_rule
from cmdb.engine.derivation.rules import DerivationRule, InvalidRule
from cmdb.model import Model

_TABLE = re.compile(r"\s*\[\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=")
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)")


def read_rules_text(text: str, model: Model, where: str = "") -> list[DerivationRule]:
    """Return the rules of a TOML text. Raises ``InvalidRule`` naming line and field.

    ``where`` names the text (a file) in the error.
    """
    tables = _tables(text, where)
    lines = _lines(text)
    rules: list[DerivationRule] = []
    problems: dict[str, str] = {}
    for code, document in tables.items():
        if not isinstance(document, dict):
            problems[code] = "must be a table: one rule stands under [its_code]"
            continue
        try:
            rules.append(read_rule(code, document, model))
        except InvalidRule as error:
            problems |= {f"{code}.{field}": why for field, why in error.fields.items()}
    if problems:
        raise InvalidRule(problems, {n: _line_of(n, lines) for n in problems}, where)
    return rules


def _tables(text: str, where: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.fullmatch(str(error))
        why, line = (found[1], found[2]) if found else (str(error), None)
        number = int(line) if line else len(text.splitlines())
        raise InvalidRule({"text": why}, {"text": number}, where) from error


def _lines(text: str) -> dict[str, int]:
    """Map dotted names of tables and keys to the lines on which they are first written."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.match(line):
            table = head[1]
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found


def _line_of(name: str, lines: Mapping[str, int]) -> int:
    """Return the line of a field, or of the nearest thing around it."""
    while name not in lines and "." in name:
        name = name.rpartition(".")[0]
    return lines.get(name, 1)


def rule_text(rule: DerivationRule) -> str:
    """Return the rule as TOML, for a person to change; ``read_rules_text`` reads it back."""
    return "\n".join(_written(rule)) + "\n"


def _written(rule: DerivationRule) -> Iterator[str]:
    document = document_of(rule)
    yield f"[{rule.code}]"
    tables = {name: document.pop(name) for name in ("label", "options", "group")}
    for name, value in document.items():
        if value not in ("", []):
            yield f"{name} = {_value(value)}"
    for name, content in tables.items():
        if content:
            yield ""
            yield f"[{rule.code}.{name}]"
            yield from (f"{key} = {_value(value)}" for key, value in content.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else _text(value)


def _text(value: str) -> str:
    """Write a basic string; what TOML does not take as it is goes as an escape."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
