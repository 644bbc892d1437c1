"""The class model: what kinds of items there are, what is known of each, and how they may relate.

``shipped_model()`` is the model every register starts from; ``cmdb.model.defining`` lays what
people defined at run time over it, and ``standing_model()`` is what holds now. A model is a value:
it never changes, so processes may share it and reload it when its version moves.

    >>> model = shipped_model()
    >>> model.is_a("hypervisor", "computer")
    True
    >>> memory = model.attribute("memory_bytes", "hypervisor")
    >>> model.validate_value(memory, "64 GiB")
    68719476736
    >>> model.label(memory, "es")
    'Memoria'
"""

from cmdb.model.model import Model
from cmdb.model.shipment import shipped_model
from cmdb.model.standing import standing_model
from cmdb.model.unknown import (
    InvalidModel,
    UnknownAttribute,
    UnknownClass,
    UnknownRelationType,
)
from cmdb.model.values import (
    FIRST_RUNTIME_ID,
    Attribute,
    Choice,
    ItemClass,
    RelationType,
    Suggestion,
    ValueType,
)

__all__ = [
    "FIRST_RUNTIME_ID",
    "Attribute",
    "Choice",
    "InvalidModel",
    "ItemClass",
    "Model",
    "RelationType",
    "Suggestion",
    "UnknownAttribute",
    "UnknownClass",
    "UnknownRelationType",
    "ValueType",
    "shipped_model",
    "standing_model",
]
