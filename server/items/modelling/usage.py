"""What is stored of a definition, and what therefore may not happen to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from cmdb.model import Attribute, Model
from cmdb.model.changes import ModelStep
from cmdb.model.entries import ATTRIBUTE, CLASS, RELATION
from cmdb.model.text import text_key
from cmdb.records.items import Item
from cmdb.records.relations import Relation


def weighed(session: Session, model: Model, step: ModelStep) -> ModelStep:
    """Return the step with what is stored of its definition, and why it is refused if it is."""
    if step.act == "add":
        return step
    in_use = _in_use(session, model, step)
    if not in_use:
        return step
    if step.act == "remove":
        return replace(step, in_use=in_use, refusal=_still_used(step.kind, in_use))
    return replace(step, in_use=in_use, refusal=_refusal(session, model, step))


def _still_used(kind: str, in_use: int) -> str:
    said = {
        CLASS: f"{in_use} items are of this class",
        ATTRIBUTE: f"{in_use} items have a value of it",
        RELATION: f"{in_use} relations are of this type",
    }
    return said[kind]


def _refusal(session: Session, model: Model, step: ModelStep) -> str:
    if step.fixed_fields:
        fixed = ", ".join(step.fixed_fields)
        return f"{_still_used(step.kind, step.in_use or 1)}, so {fixed} cannot change"
    for choice in step.dropped_choices:
        held = _count(session, _holds(_attribute(model, step), model, choice))
        if held:
            return f"{held} items have the choice {choice!r}"
    return ""


def _in_use(session: Session, model: Model, step: ModelStep) -> int:
    if step.kind == CLASS:
        found = model.find_class(step.code)
        return _count(session, Item.class_code == step.code) if found else 0
    if step.kind == RELATION:
        live = select(func.count()).where(
            Relation.type_code == step.code, Relation.valid_to.is_(None)
        )
        return session.scalar(live) or 0
    if step.kind == ATTRIBUTE:
        return count_values(session, model, step.code)
    return 0


def count_values(session: Session, model: Model, code: str) -> int:
    """Count the items that have a value of the attribute "class.attribute"."""
    owner, _, name = code.partition(".")
    found = model.find_attribute(name, owner)
    return 0 if found is None else _count(session, _has(found, model))


def _attribute(model: Model, step: ModelStep) -> Attribute:
    owner, _, name = step.code.partition(".")
    return model.attribute(name, owner)


def _has(attribute: Attribute, model: Model) -> ColumnElement[bool]:
    column = _column(attribute)
    classes = sorted(model.descendants(attribute.class_code))
    if column is not None:
        return and_(column.is_not(None), column != "")
    value = Item.attributes[str(attribute.code)].as_string()
    return and_(Item.class_code.in_(classes), value.is_not(None))


def _column(attribute: Attribute) -> ColumnElement[Any] | None:
    """Return the column of an attribute that every item has; None for those in the document."""
    if attribute.class_code != "item":
        return None
    return Item.__table__.columns.get(str(attribute.code))


def _holds(attribute: Attribute, model: Model, choice: str) -> ColumnElement[bool]:
    column = _column(attribute)
    if column is not None:
        return and_(column == choice)
    value = Item.attributes[str(attribute.code)].as_string()
    wanted = value == choice
    if attribute.is_list:
        wanted = func.lower(value).contains(f'"{text_key(choice)}"', autoescape=True)
    return and_(Item.class_code.in_(sorted(model.descendants(attribute.class_code))), wanted)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Item).where(condition)) or 0


def items_by_class(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Count the items of each of these classes, those below not included."""
    query = (
        select(Item.class_code, func.count())
        .where(Item.class_code.in_(codes), Item.merged_into_id.is_(None))
        .group_by(Item.class_code)
    )
    return {row[0]: row[1] for row in session.execute(query)}
