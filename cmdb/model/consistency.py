"""Whether definitions fit together: asked once, when a model is made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from cmdb.model.tree import MAX_DEPTH
from cmdb.model.unknown import InvalidModel
from cmdb.model.values import Attribute, ItemClass, RelationType, Suggestion, ValueType

Problem = tuple[str, str]

#: Codes are words of the query language and names in JSON.
_CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MALFORMED = "a code is lower-case letters, digits and underscores, at most 63, a letter first"


def check_model(
    classes: Sequence[ItemClass],
    attributes: Sequence[Attribute],
    relation_types: Sequence[RelationType],
    suggestions: Sequence[Suggestion],
) -> None:
    """Raise ``InvalidModel`` naming everything that does not fit."""
    by_code: dict[str, ItemClass] = {entry.code: entry for entry in classes}
    problems = dict(_class_problems(classes, by_code))
    if not problems:
        codes = frozenset[str](by_code)
        lines = {code: tuple(_line(entry, by_code)) for code, entry in by_code.items()}
        types = frozenset[str](kind.code for kind in relation_types)
        problems = dict(
            chain(
                _attribute_problems(attributes, codes, lines),
                _relation_problems(relation_types, codes),
                _suggestion_problems(suggestions, codes, types),
            )
        )
    if problems:
        raise InvalidModel(problems)


def _line(entry: ItemClass, by_code: Mapping[str, ItemClass]) -> Iterator[str]:
    """Yield the class and those above it, at most as many as may stand above each other."""
    step: ItemClass | None = entry
    for _ in range(MAX_DEPTH + 2):
        if step is None:
            return
        yield step.code
        step = by_code.get(step.parent or "")


def _class_problems(
    classes: Sequence[ItemClass], by_code: Mapping[str, ItemClass]
) -> Iterator[Problem]:
    roots = [entry.code for entry in classes if entry.parent is None]
    if len(roots) != 1:
        yield "class", f"exactly one class has no parent; here: {', '.join(roots) or 'none'}"
    seen: set[str] = set()
    for entry in classes:
        name = f"class.{entry.code}"
        if entry.code in seen:
            yield name, "there are two classes of this code"
        seen.add(entry.code)
        if not _CODE.fullmatch(entry.code):
            yield name, _MALFORMED
        if entry.parent is not None and entry.parent not in by_code:
            yield name, f"its parent {entry.parent!r} does not exist"
        elif len(tuple(_line(entry, by_code))) > MAX_DEPTH + 1:
            yield name, f"stands more than {MAX_DEPTH} steps below the root, or above itself"


def _attribute_problems(
    attributes: Sequence[Attribute], codes: frozenset[str], lines: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    ids: set[int] = set()
    owners: dict[str, set[str]] = {}
    for attribute in attributes:
        owners.setdefault(attribute.code, set()).add(attribute.class_code)
    named: set[tuple[str, str]] = set()
    for attribute in attributes:
        name = f"attribute.{attribute.class_code}.{attribute.code}"
        if attribute.id in ids:
            yield name, f"its id {attribute.id} is taken"
        ids.add(attribute.id)
        if attribute.class_code not in codes:
            yield name, f"there is no class {attribute.class_code!r}"
            continue
        if (attribute.class_code, attribute.code) in named:
            yield name, "the class has two attributes of this code"
        named.add((attribute.class_code, attribute.code))
        above = owners[attribute.code].intersection(lines[attribute.class_code][1:])
        if above:
            yield name, f"the class inherits this code from {min(above)!r}"
        yield from ((name, why) for why in _shape_problems(attribute, codes))


def _shape_problems(attribute: Attribute, codes: frozenset[str]) -> Iterator[str]:
    if not _CODE.fullmatch(attribute.code):
        yield _MALFORMED
    if len({choice.code.casefold() for choice in attribute.choices}) < len(attribute.choices):
        yield "two of its choices have the same code"
    if (attribute.type is ValueType.CHOICE) != bool(attribute.choices):
        yield "attributes of type choice, and no others, have choices"
    if attribute.target is not None and attribute.target not in codes:
        yield f"it points at the class {attribute.target!r}, which does not exist"
    if attribute.target is not None and attribute.type is not ValueType.REFERENCE:
        yield "only references have a target"
    if attribute.type is ValueType.JSON and attribute.searchable:
        yield "JSON is not searchable"


def _relation_problems(
    relation_types: Sequence[RelationType], codes: frozenset[str]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for kind in relation_types:
        name = f"relation.{kind.code}"
        if kind.code in seen:
            yield name, "there are two relationship types of this code"
        seen.add(kind.code)
        if not _CODE.fullmatch(kind.code):
            yield name, _MALFORMED
        for code in (*kind.starts, *kind.ends):
            if code not in codes:
                yield name, f"there is no class {code!r}"
        if not 0 <= kind.default_weight <= 1:
            yield name, "a weight lies between 0 and 1"


def _suggestion_problems(
    suggestions: Sequence[Suggestion], codes: frozenset[str], types: frozenset[str]
) -> Iterator[Problem]:
    for entry in suggestions:
        name = f"suggestion.{entry.start}.{entry.relation}.{entry.end}"
        if entry.relation not in types:
            yield name, f"there is no relationship type {entry.relation!r}"
        for code in (entry.start, entry.end):
            if code not in codes:
                yield name, f"there is no class {code!r}"
