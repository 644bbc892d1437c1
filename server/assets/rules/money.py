"""Money as people write it, and as it is kept: hundredths of a currency. Pure."""

from decimal import Decimal

from cmdb.errors import InvalidValue
from cmdb.model.numbers import read_money
from cmdb.model.refusal import Refusal

#: More is a slip of the hand; also what a 64-bit column holds with room to add up.
_MOST = 10**15


def hundredths(name: str, amount: str, currency: str) -> int:
    """Return an amount in hundredths. Raises ``InvalidValue`` naming ``name`` or ``currency``.

    >>> hundredths("price", "1234.5", "EUR")
    123450
    """
    try:
        exact = Decimal(read_money({"amount": amount, "currency": "EUR"})["amount"]) * 100
    except Refusal:
        raise InvalidValue({name: "must be an amount such as 12.50"}) from None
    if exact != exact.to_integral_value():
        raise InvalidValue({name: "must have at most 2 digits after the point"})
    if not 0 <= exact <= _MOST:
        raise InvalidValue({name: "must be an amount such as 12.50"})
    try:
        read_money({"amount": "1", "currency": currency})
    except Refusal:
        raise InvalidValue({"currency": "must be a currency such as EUR"}) from None
    return int(exact)


def amount_text(value: int | None) -> str | None:
    """Return hundredths as an amount; None for nothing.

    >>> amount_text(123450), amount_text(5), amount_text(None)
    ('1234.50', '0.05', None)
    """
    return None if value is None else f"{value // 100}.{value % 100:02}"
