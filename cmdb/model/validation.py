"""From what a source says to what is stored.

=========  ==============================================  ==================================
type       taken                                           stored (JSON)
=========  ==============================================  ==================================
text       text, numbers                                   text (see ``cmdb.model.text``)
boolean    true and false, 1 and 0, yes and no             true or false
integer    whole numbers, as text too, with a unit         number, in the attribute's unit
decimal    numbers, as text too, with a unit               number, in the attribute's unit
money      ``{amount, currency}`` or ``"12.50 EUR"``       ``{"amount": text, "currency": code}``
date       a date, ISO 8601                                ``YYYY-MM-DD``
datetime   a time with its zone, ISO 8601                  ``YYYY-MM-DDTHH:MM:SSZ``
choice     a choice's code, any case                       the code
version    text, numbers                                   text
ip         an address                                      canonical text
prefix     a network with its length or mask               canonical text
mac        6, 8 or 20 octets, any separator                lower case with colons
reference  an item's id                                    number
json       any JSON                                        the same, text cleaned
=========  ==============================================  ==================================

None, blank text and an empty list say nothing and give None, whatever the type. An attribute that
is a list takes one value as a list of one, drops what says nothing, and keeps the first of equals.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from cmdb.errors import InvalidValue
from cmdb.model.addresses import read_ip, read_mac, read_prefix
from cmdb.model.documents import read_json
from cmdb.model.moments import read_date, read_datetime
from cmdb.model.numbers import read_decimal, read_integer, read_money
from cmdb.model.refusal import Refusal, shown
from cmdb.model.text import clean
from cmdb.model.values import Attribute, ValueType

#: How many values a list may hold.
MAX_MEMBERS = 1000
Number = TypeVar("Number", int, float)
_TRUE = frozenset({"true", "yes", "y", "on", "1"})
#: Numbers beyond this are not taken for text.
_WIDEST = 2**63
_FALSE = frozenset({"false", "no", "n", "off", "0"})


def validate(attribute: Attribute, raw: Any) -> Any:
    """Return the stored form of ``raw``, or None when it says nothing.

    Raises ``InvalidValue`` with the attribute's code and what was expected.
    """
    try:
        if attribute.is_list:
            return _members(attribute, raw)
        return None if raw is None else _READERS[attribute.type](attribute, raw)
    except Refusal as why:
        raise InvalidValue({attribute.code: str(why)}) from None


def _members(attribute: Attribute, raw: Any) -> list[Any] | None:
    if isinstance(raw, set | frozenset):
        raw = sorted(raw, key=str)
    elif not isinstance(raw, list | tuple):
        raw = [raw]
    if len(raw) > MAX_MEMBERS:
        raise Refusal(f"the list holds {len(raw)} values, more than {MAX_MEMBERS}")
    read = _READERS[attribute.type]
    found: list[Any] = []
    seen: set[Any] = set()
    for position, member in enumerate(raw):
        value = _member(read, attribute, member, position)
        mark = repr(value) if isinstance(value, dict | list) else value
        if value is not None and mark not in seen:
            seen.add(mark)
            found.append(value)
    return found or None


def _member(
    read: Callable[[Attribute, Any], Any], attribute: Attribute, raw: Any, position: int
) -> Any:
    try:
        return None if raw is None else read(attribute, raw)
    except Refusal as why:
        raise Refusal(f"value {position + 1} of the list: {why}") from None


def _text(attribute: Attribute, raw: Any) -> str | None:
    if not isinstance(raw, str):
        raw = _number_text(raw)
    text = clean(raw, multiline=attribute.multiline)
    if len(text) > attribute.max_length:
        limit = attribute.max_length
        raise Refusal(f"the text has {len(text)} characters, more than the {limit} allowed")
    return text or None


def _number_text(raw: Any) -> str:
    """Spell a number where text is wanted: a serial "4711" often arrives as a number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not -_WIDEST < raw < _WIDEST:
        raise Refusal(f"expected text, got {shown(raw)}")
    return str(raw + 0)


def _boolean(_: Attribute, raw: Any) -> bool | None:
    if isinstance(raw, bool | int) and raw in {0, 1}:
        return bool(raw)
    word = clean(raw).lower() if isinstance(raw, str) else "?"
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if not word:
        return None
    raise Refusal(f"expected true or false, got {shown(raw)}")


def _integer(attribute: Attribute, raw: Any) -> int | None:
    if _blank(raw):
        return None
    return _bounded(attribute, read_integer(raw, attribute.unit))


def _decimal(attribute: Attribute, raw: Any) -> float | None:
    if _blank(raw):
        return None
    return _bounded(attribute, read_decimal(raw, attribute.unit))


def _bounded(attribute: Attribute, number: Number) -> Number:
    low, high = attribute.minimum, attribute.maximum
    if low is not None and number < low:
        raise Refusal(f"expected at least {low:g}, got {number}")
    if high is not None and number > high:
        raise Refusal(f"expected at most {high:g}, got {number}")
    return number


def _choice(attribute: Attribute, raw: Any) -> str | None:
    if isinstance(raw, str):
        for choice in attribute.choices:
            if choice.code == raw:
                return choice.code
        wanted = clean(raw).casefold()
        if not wanted:
            return None
        for choice in attribute.choices:
            if choice.code.casefold() == wanted:
                return choice.code
    codes = ", ".join(choice.code for choice in attribute.choices)
    raise Refusal(f"expected one of {codes}; got {shown(raw)}")


def _reference(_: Attribute, raw: Any) -> int | None:
    if _blank(raw):
        return None
    item_id = read_integer(raw)
    if item_id < 1:
        raise Refusal(f"expected the id of an item, got {shown(raw)}")
    return item_id


def _json(_: Attribute, raw: Any) -> Any:
    return None if _blank(raw) or raw in ([], {}) else read_json(raw)


def _reader(read: Callable[[object], Any]) -> Callable[[Attribute, Any], Any]:
    return lambda _, raw: None if _blank(raw) else read(raw)


def _blank(raw: Any) -> bool:
    return isinstance(raw, str) and not clean(raw)


_READERS: dict[ValueType, Callable[[Attribute, Any], Any]] = {
    ValueType.TEXT: _text,
    ValueType.BOOLEAN: _boolean,
    ValueType.INTEGER: _integer,
    ValueType.DECIMAL: _decimal,
    ValueType.MONEY: _reader(read_money),
    ValueType.DATE: _reader(read_date),
    ValueType.DATETIME: _reader(read_datetime),
    ValueType.CHOICE: _choice,
    ValueType.VERSION: _text,
    ValueType.IP: _reader(read_ip),
    ValueType.PREFIX: _reader(read_prefix),
    ValueType.MAC: _reader(read_mac),
    ValueType.REFERENCE: _reference,
    ValueType.JSON: _json,
}
