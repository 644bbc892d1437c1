"""What the columns of a table mean: guessed from their headers, kept for the next time."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.model import Attribute, Model
from server.imports.presets import Preset, preset_for
from server.imports.tables import Row

#: Meanings of a column besides attributes.
KEY, CLASS = "@key", "@class"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """``columns`` maps headers to attributes, ``@key`` or ``@class``; others are left out.

    ``class_code`` is the class of lines that name none. ``classes`` and ``values`` turn words of
    the list into codes of ours, both by folded text; ``values`` is {attribute: {word: code}}.
    """

    columns: Mapping[str, str]
    class_code: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return what ``mapping_from`` reads back."""
        return {
            "columns": dict(self.columns),
            "class_code": self.class_code,
            "classes": dict(self.classes),
            "values": {name: dict(words) for name, words in self.values.items()},
        }


def mapping_from(document: Mapping[str, Any]) -> ColumnMapping:
    """Return the mapping of a stored document."""
    return ColumnMapping(
        document.get("columns", {}),
        document.get("class_code", ""),
        document.get("classes", {}),
        document.get("values", {}),
    )


def check_mapping(mapping: ColumnMapping, headers: Sequence[str], model: Model) -> None:
    """Raise ``InvalidValue`` naming each column that cannot be what the mapping says."""
    problems: dict[str, str] = {}
    used: dict[str, str] = {}
    for header, meaning in mapping.columns.items():
        if meaning:
            fault = _column_fault(header, meaning, headers, used, model)
            if fault:
                problems[header] = fault
            used[meaning] = header
    if mapping.class_code and model.find_class(mapping.class_code) is None:
        problems["class"] = f"there is no class {mapping.class_code!r}"
    if not mapping.class_code and CLASS not in used:
        problems["class"] = "say which class the lines are of, or which column tells"
    if not used.keys() - {KEY, CLASS} and not problems:
        problems["columns"] = "at least one column must be an attribute"
    if problems:
        raise InvalidValue(problems)


def _column_fault(
    header: str, meaning: str, headers: Sequence[str], used: Mapping[str, str], model: Model
) -> str:
    if header not in headers:
        return "the file has no such column; it may have been renamed"
    if meaning in {KEY, CLASS}:
        return f"the column {used[meaning]!r} is that already" if meaning in used else ""
    found = model.attributes_named(meaning)
    if not found:
        return f"there is no attribute {meaning!r}"
    if meaning in used and not any(one.is_list for one in found):
        return f"the column {used[meaning]!r} is {meaning} already"
    return ""


def guess_mapping(headers: Sequence[str], model: Model, class_code: str = "") -> ColumnMapping:
    """Return what headers most likely mean: another tool's export, or names of attributes."""
    preset = preset_for(headers)
    if preset is not None:
        return _of_preset(preset, headers, class_code)
    names = _names(model)
    columns: dict[str, str] = {}
    for header in headers:
        meaning = names.get(_folded(header), "")
        if meaning and meaning not in columns.values():
            columns[header] = meaning
    return ColumnMapping(columns, class_code)


def _of_preset(preset: Preset, headers: Sequence[str], class_code: str) -> ColumnMapping:
    folded = {_folded(header): header for header in headers}
    columns: dict[str, str] = {}
    for name, meaning in preset.columns.items():
        header = folded.get(_folded(name))
        if header is not None and (meaning not in columns.values() or meaning == "mac_addresses"):
            columns[header] = meaning
    return ColumnMapping(columns, class_code or preset.class_code, preset.classes, preset.values)


def _names(model: Model) -> dict[str, str]:
    """Return attributes by code and by their names in every language, the plainest last."""
    found: dict[str, str] = {}
    for attribute in reversed(model.attributes):
        for name in (*attribute.labels.values(), str(attribute.code)):
            found[_folded(name)] = str(attribute.code)
    for name in ("key", "external id", "external_id", "id", "inventory number"):
        found[_folded(name)] = KEY
    for name in ("class", "type", "clase", "класс"):
        found[_folded(name)] = CLASS
    return found


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def line_of(row: Row, mapping: ColumnMapping, model: Model) -> bytes:
    """Return the line of JSON that the one door takes. Raises ``InvalidValue`` by column."""
    problems = dict(row.problems)
    values: dict[str, Any] = {}
    key = named_class = ""
    for header, meaning in mapping.columns.items():
        cell = row.cells.get(header, "")
        if not meaning or not cell:
            continue
        if meaning == KEY:
            key = cell
        elif meaning == CLASS:
            named_class = cell
        else:
            _add(values, meaning, mapping.values.get(meaning, {}).get(cell.casefold(), cell), model)
    class_code = _class(named_class, mapping, model, problems)
    if not values:
        problems.setdefault("line", "says nothing that is mapped")
    if not key and not values.get("name") and "serial" not in values:
        problems["name"] = "must not be empty"
    if problems:
        raise InvalidValue(problems)
    # A list is the same list the next time: what it calls a thing by is its key.
    key = key or str(values.get("serial") or values.get("asset_tag") or values["name"]).casefold()
    document = {"kind": "item", "class": class_code, "values": values, "key": key[:255]}
    return json.dumps(document).encode()


def _add(values: dict[str, Any], meaning: str, cell: str, model: Model) -> None:
    found = model.attributes_named(meaning)
    if any(one.is_list for one in found):
        parts = [part.strip() for part in re.split(r"[,;\n]", cell) if part.strip()]
        values[meaning] = [*values.get(meaning, []), *(_coded(found, part) for part in parts)]
    else:
        values[meaning] = _coded(found, cell)


def _coded(attributes: Sequence[Attribute], cell: str) -> str:
    """Return the code of a choice that a list calls by its name, as people do; else the cell."""
    choices = [choice for one in attributes for choice in one.choices]
    word = cell.casefold()
    if any(word == choice.code.casefold() for choice in choices):
        return cell
    named = (c.code for c in choices if word in map(str.casefold, c.labels.values()))
    return next(named, cell)


def _class(named: str, mapping: ColumnMapping, model: Model, problems: dict[str, str]) -> str:
    word = named.casefold().strip()
    code = mapping.classes.get(word) or word.replace(" ", "_") or mapping.class_code
    if named and model.find_class(code) is None:
        labels = {text.casefold(): str(c.code) for c in model.classes for text in c.labels.values()}
        code = labels.get(word) or (mapping.classes.get("*") or "")
        if not code:
            problems["class"] = f"there is no class {named[:60]!r}"
    return code or mapping.class_code
