"""Numbers, with and without a unit, and money.

A number may arrive as text ("16", "1.5e3"), and with a unit of the same family as the attribute's
("16 GiB" where bytes are stored). Whole numbers fit 64 bits; decimals keep 15 significant digits,
which is what every database's double gives back unchanged.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from cmdb.model.refusal import Refusal, shown
from cmdb.model.text import clean

_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)
_NUMBER = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*((?:[^\W\d]+(?:/s)?|[\"%°])?)"
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST_AMOUNT = Decimal(10) ** 15

_K = Decimal(1000)
_FAMILIES: tuple[Mapping[str, Decimal], ...] = (
    {"B": Decimal(1), "bytes": Decimal(1), "byte": Decimal(1)}
    | {f"{letter}B": _K ** (power + 1) for power, letter in enumerate("kMGTPE")}
    | {f"{letter}iB": Decimal(1024) ** (power + 1) for power, letter in enumerate("KMGTPE")}
    | {"KB": _K},
    {"Hz": Decimal(1), "kHz": _K, "MHz": _K**2, "GHz": _K**3},
    {"bit/s": Decimal(1), "kbit/s": _K, "Mbit/s": _K**2, "Gbit/s": _K**3, "Tbit/s": _K**4}
    | {"bps": Decimal(1), "kbps": _K, "Mbps": _K**2, "Gbps": _K**3},
    {"ms": Decimal(1) / _K, "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600)}
    | {"d": Decimal(86400), "days": Decimal(86400), "hours": Decimal(3600)},
    {"W": Decimal(1), "kW": _K, "MW": _K**2},
    {"VA": Decimal(1), "kVA": _K},
    {"V": Decimal(1), "mV": 1 / _K, "kV": _K},
    {"A": Decimal(1), "mA": 1 / _K},
    {"g": 1 / _K, "kg": Decimal(1), "t": _K},
    {"mm": Decimal("0.001"), "cm": Decimal("0.01"), "m": Decimal(1), "km": _K}
    | {"in": Decimal("0.0254"), '"': Decimal("0.0254"), "ft": Decimal("0.3048")},
)
#: unit -> (which family, how many of the family's base unit)
_UNITS = {
    unit: (family, size)
    for family, members in enumerate(_FAMILIES)
    for unit, size in members.items()
}


def read_integer(raw: object, unit: str = "") -> int:
    """Return a whole number within 64 bits, in ``unit``.

    >>> read_integer("2 GiB", "B")
    2147483648
    """
    if type(raw) is int:
        number = raw
    else:
        exact = _exact(raw, unit, "a whole number")
        if exact != exact.to_integral_value():
            raise Refusal(f"expected a whole number, got {shown(raw)}")
        number = int(exact)
    if not _SMALLEST <= number <= _LARGEST:
        raise Refusal("the number is too large: it must fit in 64 bits")
    return number


def read_decimal(raw: object, unit: str = "") -> float:
    """Return a number in ``unit``, kept to 15 significant digits.

    >>> read_decimal("0.5 kW", "W"), read_decimal(0.1 + 0.2)
    (500.0, 0.3)
    """
    if type(raw) is not float:
        raw = float(_exact(raw, unit, "a number"))
    if not math.isfinite(raw):
        raise Refusal("expected a number; infinity and not-a-number are none")
    kept = float(f"{raw:.15g}") + 0.0
    if math.isinf(kept):
        raise Refusal("the number is too large")
    return kept


def _exact(raw: object, unit: str, expected: str) -> Decimal:
    """Read a number without losing any of its digits."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Refusal(f"expected {expected}, got {shown(raw)}")
    if isinstance(raw, str):
        return _from_text(raw, unit, expected)
    number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite():
        raise Refusal(f"expected {expected}; infinity and not-a-number are none")
    if number.adjusted() > 308:
        raise Refusal("the number is too large")
    return number


def _from_text(raw: str, unit: str, expected: str) -> Decimal:
    found = _NUMBER.fullmatch(clean(raw)) if len(raw) <= 100 else None
    if found is None:
        raise Refusal(f"expected {expected}{_in_unit(unit)}, got {shown(raw)}")
    number, given = Decimal(found[1]), found[2]
    if number.adjusted() > 308:
        raise Refusal("the number is too large")
    if given in {"", unit}:
        return number
    return number * _factor(given, unit)


def _factor(given: str, unit: str) -> Decimal:
    if unit not in _UNITS or given not in _UNITS or _UNITS[given][0] != _UNITS[unit][0]:
        expected = f"expected the unit {unit}" if unit else "expected a number without a unit"
        raise Refusal(f"{expected}, got {shown(given)}")
    return _UNITS[given][1] / _UNITS[unit][1]


def _in_unit(unit: str) -> str:
    return f" in {unit}" if unit else ""


def read_money(raw: object) -> dict[str, str]:
    """Return ``{"amount": decimal text, "currency": ISO 4217 code}``.

    >>> read_money("1234.5 eur") == read_money({"amount": 1234.5, "currency": "EUR"})
    True
    """
    amount, currency = _money_parts(raw)
    exact = _exact(amount, "", "an amount such as 12.50")
    if abs(exact) >= _LARGEST_AMOUNT:
        raise Refusal("the amount is too large: at most 15 digits before the point")
    try:
        kept = exact.quantize(Decimal("0.0001"))
    except InvalidOperation:
        raise Refusal(f"expected an amount such as 12.50, got {shown(amount)}") from None
    if kept != exact:
        raise Refusal("an amount has at most 4 digits after the point")
    code = clean(currency).upper() if isinstance(currency, str) else ""
    if not _CURRENCY.fullmatch(code):
        raise Refusal(f"expected a currency such as EUR, got {shown(currency)}")
    whole, _, cents = f"{kept:f}".partition(".")
    cents = cents.rstrip("0").ljust(2, "0")
    text = f"{whole}.{cents}"
    return {"amount": text.lstrip("-") if not kept else text, "currency": code}


def _money_parts(raw: object) -> tuple[object, object]:
    if isinstance(raw, Mapping) and set(raw) == {"amount", "currency"}:
        return raw["amount"], raw["currency"]
    if isinstance(raw, str):
        amount, _, currency = clean(raw).rpartition(" ")
        if amount:
            return amount, currency
    raise Refusal("expected an amount and a currency, such as 12.50 EUR")
