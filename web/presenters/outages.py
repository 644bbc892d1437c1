"""How often something is up, in words: shares of time, and hours and minutes a year."""

from babel.numbers import format_percent
from babel.units import format_unit

from web.presenters.reader import Reader

_DECIMALS = 6


def share_text(share: float, reader: Reader) -> str:
    """Return a share of time near one with as many nines as it has and one digit more.

    "99.9954 %" tells more than "100 %"; what is never down is "100 %".
    """
    missing, decimals = 1 - share, 1
    while decimals < _DECIMALS and 0 < missing * 10 ** (decimals + 1) < 1:
        decimals += 1
    return str(format_percent(share, format=f"0.{'#' * decimals} %", locale=reader.language))


def percent_text(share: float, reader: Reader) -> str:
    """Return a part of a whole, as "12 %"; what is hardly anything is "< 1 %"."""
    if 0 < share < 0.01:
        return "< " + str(format_percent(0.01, format="0 %", locale=reader.language))
    return str(format_percent(share, format="0 %", locale=reader.language))


def hours_text(hours: float, reader: Reader) -> str:
    """Return a length of time in the unit that suits it: days, hours, minutes or seconds."""
    for unit, factor, least in (("day", 24.0, 2.0), ("hour", 1.0, 1.0), ("minute", 1 / 60, 1.0)):
        if hours / factor >= least:
            return _told(hours / factor, unit, reader)
    return _told(hours * 3_600, "second", reader)


def _told(amount: float, unit: str, reader: Reader) -> str:
    rounded = round(amount, 1) if amount < 10 else round(amount)
    return str(format_unit(rounded, f"duration-{unit}", length="short", locale=reader.language))
