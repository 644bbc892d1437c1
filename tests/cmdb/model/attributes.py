"""Attributes to validate against, one of a kind."""

from typing import Any

from cmdb.model import Attribute, Choice, ValueType
from cmdb.vocabulary import AttributeCode, ClassCode


def an_attribute(kind: ValueType, **more: Any) -> Attribute:
    """Return an attribute ``x`` of that type; choices, when it needs them, are red and green."""
    if kind is ValueType.CHOICE:
        more.setdefault("choices", (Choice("red", {"en": "Red"}), Choice("green", {"en": "Green"})))
    return Attribute(10_000, AttributeCode("x"), ClassCode("item"), kind, {"en": "X"}, **more)
