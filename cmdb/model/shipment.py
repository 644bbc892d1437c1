"""Reads the model that ships with Cadastre: TOML files beside this module, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from cmdb.model.model import Model
from cmdb.model.values import (
    Attribute,
    Choice,
    IdentityRule,
    ItemClass,
    RelationType,
    Suggestion,
    ValueType,
)
from cmdb.vocabulary import AttributeCode, ClassCode, IdentifierKind, RelationTypeCode

_ATTRIBUTE_FIELDS = (
    "unit",
    "searchable",
    "required",
    "recommended",
    "is_list",
    "multiline",
    "max_length",
    "minimum",
    "maximum",
    "target",
)


@cache
def shipped_model() -> Model:
    """Return the shipped model; the same object every time.

    >>> shipped_model() is shipped_model()
    True
    """
    attributes = _read("attributes")
    return Model(
        classes=[_item_class(code, entry) for code, entry in _read("classes").items()],
        attributes=[
            _attribute(class_code, code, entry)
            for class_code, entries in attributes.items()
            for code, entry in entries.items()
        ],
        relation_types=[_relation_type(code, entry) for code, entry in _read("relations").items()],
        suggestions=[_suggestion(entry) for entry in _read("suggestions")["suggested"]],
        identity=[
            identity_rule(class_code, evidence, entry)
            for class_code, entries in _read("identity").items()
            for evidence, entry in entries.items()
        ],
    )


def _read(name: str) -> dict[str, Any]:
    text = (files("cmdb.model") / "shipped" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _item_class(code: str, entry: Mapping[str, Any]) -> ItemClass:
    parent = entry.get("parent")
    return ItemClass(
        code=ClassCode(code),
        parent=None if parent is None else ClassCode(parent),
        labels=entry["label"],
        icon=entry["icon"],
        abstract=entry.get("abstract", False),
    )


def _attribute(class_code: str, code: str, entry: Mapping[str, Any]) -> Attribute:
    return Attribute(
        id=entry["id"],
        code=AttributeCode(code),
        class_code=ClassCode(class_code),
        type=ValueType(entry["type"]),
        labels=entry["label"],
        choices=tuple(Choice(name, label) for name, label in entry.get("choices", {}).items()),
        **{name: entry[name] for name in _ATTRIBUTE_FIELDS if name in entry},
    )


def _relation_type(code: str, entry: Mapping[str, Any]) -> RelationType:
    return RelationType(
        code=RelationTypeCode(code),
        labels=entry["label"],
        reverse_labels=entry["reverse"],
        provider=entry.get("provider"),
        strength=entry.get("strength", "soft"),
        default_weight=entry.get("weight", 1.0),
        derived_only=entry.get("derived", False),
        acyclic=entry.get("acyclic", False),
        starts=tuple(entry.get("starts", ())),
        ends=tuple(entry.get("ends", ())),
    )


def _suggestion(entry: list[str]) -> Suggestion:
    start, relation, end = entry
    return Suggestion(ClassCode(start), RelationTypeCode(relation), ClassCode(end))


def identity_rule(class_code: str, evidence: str, entry: Mapping[str, Any]) -> IdentityRule:
    """Return the rule that an entry of the file, or of people, stands for."""
    keys = entry.get("keys")
    return IdentityRule(
        ClassCode(class_code),
        IdentifierKind(evidence),
        counts=entry.get("counts"),
        weight=entry.get("weight"),
        against=entry.get("against"),
        alone=entry.get("alone"),
        keys=None if keys is None else tuple(tuple(one) for one in keys),
    )
