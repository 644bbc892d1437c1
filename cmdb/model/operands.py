"""From what a person writes in a query to the key it is compared with."""

from dataclasses import replace
from typing import Any

from cmdb.errors import InvalidValue
from cmdb.model.keys import SearchKey, search_keys
from cmdb.model.numbers import read_decimal
from cmdb.model.refusal import Refusal
from cmdb.model.validation import validate
from cmdb.model.values import Attribute, ValueType


def operand_key(attribute: Attribute, raw: Any) -> SearchKey:
    """Return the key of one value to compare with; bounds do not count, "port < 70000" is a query.

    An amount of money may stand without its currency. Raises ``InvalidValue`` for what the type
    does not know, for nothing at all, and for an attribute that is not searchable.
    """
    if not attribute.searchable:
        raise InvalidValue({attribute.code: "this attribute cannot be searched"})
    if attribute.type is ValueType.MONEY and (amount := _amount(raw)) is not None:
        return None, amount
    single = replace(attribute, is_list=False, minimum=None, maximum=None)
    stored = validate(single, raw)
    if stored is None:
        raise InvalidValue({attribute.code: "a value to compare with is missing"})
    return search_keys(single, stored)[0]


def _amount(raw: Any) -> float | None:
    try:
        return read_decimal(raw)
    except Refusal:
        return None
