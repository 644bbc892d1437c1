"""The model in force: the shipped one with the entries of people laid over it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cmdb.model.entries import (
    ATTRIBUTE,
    CLASS,
    IDENTITY,
    RELATION,
    SUGGESTION,
    Entries,
    name_of,
    read_entry,
)
from cmdb.model.model import Model
from cmdb.model.shipment import identity_rule
from cmdb.model.unknown import InvalidModel
from cmdb.model.values import (
    FIRST_RUNTIME_ID,
    Attribute,
    Choice,
    IdentityRule,
    ItemClass,
    RelationType,
    Suggestion,
    ValueType,
)
from cmdb.vocabulary import AttributeCode, ClassCode, RelationTypeCode

_SIMPLE = (
    *("unit", "searchable", "required", "recommended", "is_list", "multiline", "max_length"),
    *("minimum", "maximum"),
)


def model_with(shipped: Model, entries: Entries, ids: Mapping[str, int] | None = None) -> Model:
    """Return ``shipped`` with ``entries`` laid over it.

    ``ids`` are those of the attributes made at run time, by "class.attribute"; one that has none
    yet gets the next free number, which serves for checking alone. Raises ``InvalidModel`` naming
    everything that is wrong.
    """
    if not entries:
        return shipped
    said = _read(shipped, entries)
    return Model(
        _classes(shipped, said),
        _attributes(shipped, said, dict(ids or {})),
        _relations(shipped, said),
        (*shipped.suggestions, *_suggestions(shipped, said)),
        _identity(shipped, said),
    )


def is_shipped(shipped: Model, kind: str, code: str) -> bool:
    """Say whether ``shipped`` (or any other model) has a definition of that code."""
    if kind == CLASS:
        return shipped.find_class(code) is not None
    if kind == RELATION:
        return shipped.find_relation_type(code) is not None
    if kind == SUGGESTION:
        return any(code == suggestion_code(one) for one in shipped.suggestions)
    if kind == IDENTITY:
        return any(f"{one.class_code}.{one.evidence}" == code for one in shipped.identity)
    return any(f"{a.class_code}.{a.code}" == code for a in shipped.attributes)


def suggestion_code(one: Suggestion) -> str:
    """Return how a suggestion is called among the entries."""
    return f"{one.start}.{one.relation}.{one.end}"


def _read(shipped: Model, entries: Entries) -> dict[tuple[str, str], dict[str, Any]]:
    said: dict[tuple[str, str], dict[str, Any]] = {}
    problems: dict[str, str] = {}
    for (kind, code), document in entries.items():
        known = is_shipped(shipped, kind, code)
        said[kind, code], wrong = read_entry(kind, code, document, shipped=known)
        if known and kind == SUGGESTION:
            wrong = {name_of(kind, code): "is shipped already"}
        problems |= wrong
    if problems:
        raise InvalidModel(problems)
    return said


def _classes(shipped: Model, said: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[ItemClass]:
    found = []
    for entry in shipped.classes:
        new = said.get((CLASS, entry.code), {})
        labels = {**entry.labels, **new.get("label", {})}
        found.append(replace(entry, labels=labels, icon=new.get("icon", entry.icon)))
    found += [
        ItemClass(
            ClassCode(code),
            ClassCode(document["parent"]),
            document["label"],
            document.get("icon", "box"),
            document.get("abstract", False),
        )
        for (kind, code), document in said.items()
        if kind == CLASS and shipped.find_class(code) is None
    ]
    return found


def _attributes(
    shipped: Model, said: Mapping[tuple[str, str], Mapping[str, Any]], ids: dict[str, int]
) -> list[Attribute]:
    found = []
    for attribute in shipped.attributes:
        code = f"{attribute.class_code}.{attribute.code}"
        found.append(_changed(attribute, said.get((ATTRIBUTE, code), {})))
    known = {f"{a.class_code}.{a.code}" for a in shipped.attributes}
    for (kind, code), document in said.items():
        if kind == ATTRIBUTE and code not in known:
            free = max(ids.values(), default=FIRST_RUNTIME_ID - 1) + 1
            found.append(_attribute(code, document, ids.setdefault(code, free)))
    return found


def _changed(attribute: Attribute, document: Mapping[str, Any]) -> Attribute:
    if not document:
        return attribute
    choices = {one.code: one.labels for one in attribute.choices} | document.get("choices", {})
    return replace(
        attribute,
        labels={**attribute.labels, **document.get("label", {})},
        choices=tuple(Choice(code, labels) for code, labels in choices.items()),
        **{name: document[name] for name in _SIMPLE if name in document},
    )


def _attribute(code: str, document: Mapping[str, Any], attribute_id: int) -> Attribute:
    owner, name = code.split(".")
    target = document.get("target")
    kind = ValueType(document["type"])
    simple = {name: document[name] for name in _SIMPLE if name in document}
    if kind is ValueType.JSON:
        simple.setdefault("searchable", False)
    return Attribute(
        id=attribute_id,
        code=AttributeCode(name),
        class_code=ClassCode(owner),
        type=kind,
        labels=document["label"],
        choices=tuple(Choice(*one) for one in document.get("choices", {}).items()),
        target=None if target is None else ClassCode(target),
        **simple,
    )


def _relations(
    shipped: Model, said: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[RelationType]:
    found = []
    for kind in shipped.relation_types:
        new = said.get((RELATION, kind.code), {})
        found.append(
            replace(
                kind,
                labels={**kind.labels, **new.get("label", {})},
                reverse_labels={**kind.reverse_labels, **new.get("reverse", {})},
                default_weight=new.get("weight", kind.default_weight),
            )
        )
    found += [
        _relation(code, document)
        for (kind_of, code), document in said.items()
        if kind_of == RELATION and shipped.find_relation_type(code) is None
    ]
    return found


def _relation(code: str, document: Mapping[str, Any]) -> RelationType:
    return RelationType(
        code=RelationTypeCode(code),
        labels=document["label"],
        reverse_labels=document["reverse"],
        provider=document.get("provider") or None,
        strength=document.get("strength", "soft"),
        default_weight=document.get("weight", 1.0),
        acyclic=document.get("acyclic", False),
        starts=tuple(ClassCode(one) for one in document.get("starts", ())),
        ends=tuple(ClassCode(one) for one in document.get("ends", ())),
    )


def _suggestions(
    shipped: Model, said: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[Suggestion]:
    known = {suggestion_code(one) for one in shipped.suggestions}
    found = []
    for kind, code in said:
        if kind == SUGGESTION and code not in known:
            start, relation, end = code.split(".")
            found.append(Suggestion(ClassCode(start), RelationTypeCode(relation), ClassCode(end)))
    return found


def _identity(
    shipped: Model, said: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[IdentityRule]:
    """Return the rules; what people say of a shipped one takes its place."""
    found = {f"{one.class_code}.{one.evidence}": one for one in shipped.identity}
    for (kind, code), document in said.items():
        if kind == IDENTITY:
            class_code, evidence = code.split(".")
            found[code] = identity_rule(class_code, evidence, document)
    return list(found.values())
