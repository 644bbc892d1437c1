"""Ids in addresses: what no database can hold is simply not there."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class RowIdConverter(IntegerConverter):
    """``<int:…>`` in a rule: a 64-bit id; a longer number is an unknown address, not a failure."""

    regex = r"\d{1,19}"

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, **{"max": LARGEST_ID, **options})
