"""From a stored value to the keys it is searched, compared and sorted by.

A key is a pair (text, number), either of which may be None. Text keys compare byte by byte; they
fold case and are at most ``KEY_LENGTH`` characters long.
"""

from collections.abc import Callable
from typing import Any

from cmdb.model.addresses import ip_key, prefix_key
from cmdb.model.moments import datetime_key
from cmdb.model.text import text_key
from cmdb.model.values import Attribute, ValueType
from cmdb.model.versions import version_key

SearchKey = tuple[str | None, float | None]


def search_keys(attribute: Attribute, stored: Any) -> list[SearchKey]:
    """Return one key per value: one for a single value, one per member of a list.

    ``stored`` must be what ``validate`` returned for this attribute. Nothing stored, or an
    attribute that is not searchable, has no keys.
    """
    if stored is None or not attribute.searchable:
        return []
    read = _KEYS.get(attribute.type)
    if read is None:
        return []
    if attribute.is_list:
        return [read(member) for member in stored]
    return [read(stored)]


def _of_text(key: Callable[[str], str]) -> Callable[[Any], SearchKey]:
    return lambda stored: (key(stored), None)


def _of_number(stored: Any) -> SearchKey:
    return None, float(stored)


def _of_money(stored: Any) -> SearchKey:
    return text_key(stored["currency"]), float(stored["amount"])


_KEYS: dict[ValueType, Callable[[Any], SearchKey]] = {
    ValueType.TEXT: _of_text(text_key),
    ValueType.BOOLEAN: _of_number,
    ValueType.INTEGER: _of_number,
    ValueType.DECIMAL: _of_number,
    ValueType.MONEY: _of_money,
    ValueType.DATE: _of_text(str),
    ValueType.DATETIME: _of_text(datetime_key),
    ValueType.CHOICE: _of_text(text_key),
    ValueType.VERSION: _of_text(version_key),
    ValueType.IP: _of_text(ip_key),
    ValueType.PREFIX: _of_text(prefix_key),
    ValueType.MAC: _of_text(str),
    ValueType.REFERENCE: _of_number,
}
