"""The wire format of the class model."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from cmdb.model import Model, shipped_model
from cmdb.model.changes import ModelStep
from cmdb.model.defining import is_shipped, suggestion_code
from cmdb.model.definition_text import model_document
from cmdb.model.entries import ATTRIBUTE, CLASS, IDENTITY, RELATION, SUGGESTION, Entries
from cmdb.model.values import Attribute, IdentityRule, ItemClass, RelationType
from server.foundation.edge.schemas import StrictSchema
from server.items.modelling.changing import ModelPlan

_LABEL = "Name by language (en, es, ru); English is required."


class LabelField(fields.Dict):
    """A name by language."""

    def __init__(self, **options: Any) -> None:
        texts = fields.String(validate=validate.Length(max=200))
        super().__init__(
            keys=fields.String(), values=texts, metadata={"description": _LABEL}, **options
        )


class ClassDefinitionSchema(StrictSchema):
    """A class of one's own; of a shipped one only ``label`` and ``icon`` can be said."""

    parent = fields.String()
    label = LabelField()
    icon = fields.String()
    abstract = fields.Boolean()


class AttributeDefinitionSchema(StrictSchema):
    """An attribute of one's own; of a shipped one its names, choices, bounds and demands."""

    type = fields.String()
    label = LabelField()
    unit = fields.String()
    choices = fields.Dict(keys=fields.String(), values=fields.Dict())
    searchable = fields.Boolean()
    required = fields.Boolean()
    recommended = fields.Boolean()
    is_list = fields.Boolean()
    multiline = fields.Boolean()
    max_length = fields.Integer(validate=validate.Range(min=1, max=100_000))
    minimum = fields.Float(allow_none=True)
    maximum = fields.Float(allow_none=True)
    target = fields.String()


class RelationDefinitionSchema(StrictSchema):
    """A relationship type of one's own; ``provider``: the end that the other one lives from."""

    label = LabelField()
    reverse = LabelField()
    provider = fields.String()
    strength = fields.String()
    weight = fields.Float()
    acyclic = fields.Boolean()
    starts = fields.List(fields.String())
    ends = fields.List(fields.String())


class IdentityRuleSchema(StrictSchema):
    """What a kind of evidence says of items of a class; what is left out is as the class above has.

    ``weight`` speaks for an item that carries the same value, ``against`` against one that carries
    another; from 60 on an item is matched. ``keys`` (of the evidence ``key``) are lists of
    attributes which together identify an item.
    """

    counts = fields.Boolean()
    weight = fields.Float()
    against = fields.Float()
    alone = fields.Boolean(metadata={"description": "It may decide by itself."})
    keys = fields.List(fields.List(fields.String()))


class NewClassSchema(ClassDefinitionSchema):
    """A new class."""

    code = fields.String(required=True)


class NewAttributeSchema(AttributeDefinitionSchema):
    """A new attribute of the class ``class``."""

    code = fields.String(required=True)
    class_code = fields.String(required=True, data_key="class")


class NewRelationSchema(RelationDefinitionSchema):
    """A new relationship type."""

    code = fields.String(required=True)


class NewSuggestionSchema(StrictSchema):
    """A relationship type worth offering from one class to another."""

    start = fields.String(required=True)
    relation = fields.String(required=True)
    end = fields.String(required=True)


class ModelDocumentSchema(StrictSchema):
    """Everything that people define, as in the file of ``cadastre model export``."""

    version = fields.Integer(
        allow_none=True,
        validate=validate.Range(min=0, max=2**31),
        metadata={"description": "The model it was made from; refused when that has moved on."},
    )
    classes = fields.Dict(keys=fields.String(), load_default=dict)
    attributes = fields.Dict(keys=fields.String(), load_default=dict)
    relations = fields.Dict(keys=fields.String(), load_default=dict)
    identity = fields.Dict(keys=fields.String(), load_default=dict)
    suggestions = fields.Dict(keys=fields.String(), load_default=dict)


class FieldChangeSchema(Schema):
    """One field of a step."""

    field = fields.String(required=True)
    old = fields.Raw(required=True, allow_none=True)
    new = fields.Raw(required=True, allow_none=True)


class ModelStepSchema(Schema):
    """One step of a plan. ``in_use`` counts items or relations; ``refusal`` says why not."""

    act = fields.String(required=True)
    kind = fields.String(required=True)
    code = fields.String(required=True)
    changes = fields.List(fields.Nested(FieldChangeSchema), required=True)
    in_use = fields.Integer(required=True)
    refusal = fields.String(required=True)


class ModelPlanSchema(Schema):
    """What would happen, or has; ``version`` is the model it was made for."""

    version = fields.Integer(required=True)
    steps = fields.List(fields.Nested(ModelStepSchema), required=True)


def plan_document(plan: ModelPlan) -> dict[str, Any]:
    """Return what ``ModelPlanSchema`` dumps."""
    return {"version": plan.version, "steps": [_step(step) for step in plan.steps]}


def _step(step: ModelStep) -> dict[str, Any]:
    changes = [{"field": n, "old": old, "new": new} for n, (old, new) in step.fields.items()]
    return {
        "act": step.act,
        "kind": step.kind,
        "code": step.code,
        "changes": changes,
        "in_use": step.in_use,
        "refusal": step.refusal,
    }


class ModelAttributeSchema(Schema):
    """An attribute as it holds. ``origin``: shipped, changed (a shipped one) or own."""

    code = fields.String(required=True)
    class_code = fields.String(required=True, data_key="class")
    origin = fields.String(required=True)
    type = fields.String(required=True)
    label = fields.Dict(required=True)
    unit = fields.String(required=True)
    choices = fields.List(fields.Dict(), required=True)
    searchable = fields.Boolean(required=True)
    required = fields.Boolean(required=True)
    recommended = fields.Boolean(required=True)
    is_list = fields.Boolean(required=True)
    minimum = fields.Float(required=True, allow_none=True)
    maximum = fields.Float(required=True, allow_none=True)
    target = fields.String(required=True, allow_none=True)


class ModelClassSchema(Schema):
    """A class as it holds, with its own attributes; it inherits those of its parents."""

    code = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    origin = fields.String(required=True)
    label = fields.Dict(required=True)
    icon = fields.String(required=True)
    abstract = fields.Boolean(required=True)
    attributes = fields.List(fields.Nested(ModelAttributeSchema), required=True)


class ModelRelationSchema(Schema):
    """A relationship type as it holds; empty ``starts`` or ``ends`` mean any class."""

    code = fields.String(required=True)
    origin = fields.String(required=True)
    label = fields.Dict(required=True)
    reverse = fields.Dict(required=True)
    provider = fields.String(required=True, allow_none=True)
    strength = fields.String(required=True)
    weight = fields.Float(required=True)
    acyclic = fields.Boolean(required=True)
    starts = fields.List(fields.String(), required=True)
    ends = fields.List(fields.String(), required=True)


class ModelIdentitySchema(Schema):
    """A rule of identity as it holds; null leaves what the class above says."""

    counts = fields.Boolean(required=True, allow_none=True)
    weight = fields.Float(required=True, allow_none=True)
    against = fields.Float(required=True, allow_none=True)
    alone = fields.Boolean(required=True, allow_none=True)
    keys = fields.List(fields.List(fields.String()), required=True, allow_none=True)
    class_code = fields.String(required=True, data_key="class")
    evidence = fields.String(required=True)
    origin = fields.String(required=True)


class ModelSchema(Schema):
    """The model in force; ``own`` is what people defined of it."""

    version = fields.Integer(required=True)
    classes = fields.List(fields.Nested(ModelClassSchema), required=True)
    relation_types = fields.List(fields.Nested(ModelRelationSchema), required=True)
    suggestions = fields.List(fields.Dict(), required=True)
    identity = fields.List(fields.Nested(ModelIdentitySchema), required=True)
    own = fields.Nested(ModelDocumentSchema, required=True)


def origin_of(entries: Entries, kind: str, code: str) -> str:
    """Return whose a definition is: shipped, changed or own."""
    if not is_shipped(shipped_model(), kind, code):
        return "own"
    return "changed" if (kind, code) in entries else "shipped"


def model_in_force(model: Model, entries: Entries, version: int) -> dict[str, Any]:
    """Return what ``ModelSchema`` dumps."""
    return {
        "version": version,
        "classes": [_class(model, entries, one) for one in model.classes],
        "relation_types": [_relation(entries, kind) for kind in model.relation_types],
        "suggestions": [
            {"start": s.start, "relation": s.relation, "end": s.end}
            | {"origin": origin_of(entries, SUGGESTION, suggestion_code(s))}
            for s in model.suggestions
        ],
        "identity": [_identity(entries, rule) for rule in model.identity],
        "own": model_document(entries, version),
    }


def _class(model: Model, entries: Entries, one: ItemClass) -> dict[str, Any]:
    own = [a for a in model.attributes_of(one.code) if a.class_code == one.code]
    return {
        "code": one.code,
        "parent": one.parent,
        "origin": origin_of(entries, CLASS, one.code),
        "label": dict(one.labels),
        "icon": one.icon,
        "abstract": one.abstract,
        "attributes": [_attribute(entries, attribute) for attribute in own],
    }


def _attribute(entries: Entries, one: Attribute) -> dict[str, Any]:
    simple = ("code", "class_code", "unit", "searchable", "required", "recommended", "is_list")
    found: dict[str, Any] = {name: getattr(one, name) for name in simple}
    choices: list[Mapping[str, Any]] = [
        {"code": choice.code, "label": dict(choice.labels)} for choice in one.choices
    ]
    return found | {
        "origin": origin_of(entries, ATTRIBUTE, f"{one.class_code}.{one.code}"),
        "type": str(one.type),
        "label": dict(one.labels),
        "choices": choices,
        "minimum": one.minimum,
        "maximum": one.maximum,
        "target": one.target,
    }


def _relation(entries: Entries, one: RelationType) -> dict[str, Any]:
    return {
        "code": one.code,
        "origin": origin_of(entries, RELATION, one.code),
        "label": dict(one.labels),
        "reverse": dict(one.reverse_labels),
        "provider": one.provider,
        "strength": one.strength,
        "weight": one.default_weight,
        "acyclic": one.acyclic,
        "starts": list(one.starts),
        "ends": list(one.ends),
    }


def _identity(entries: Entries, rule: IdentityRule) -> dict[str, Any]:
    return asdict(rule) | {
        "origin": origin_of(entries, IDENTITY, f"{rule.class_code}.{rule.evidence}")
    }
