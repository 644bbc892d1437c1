"""What an item cost, who has it and how often it fails, in words."""

from decimal import Decimal

from babel.numbers import format_currency

from web.presenters.reader import Reader
from web.presenters.sizes import number


def money(hundredths: int | None, currency: str, reader: Reader) -> str:
    """Return an amount with its currency; "" for nothing."""
    if hundredths is None:
        return ""
    return format_currency(Decimal(hundredths) / 100, currency, locale=reader.language)


def conflict_text(conflict: str, reader: Reader) -> str:
    """Return what does not fit about an item in somebody's hands."""
    words = {
        "holder_left": reader.gettext("The holder is no longer active"),
        "used_by_other": reader.gettext("Somebody else was logged in"),
        "elsewhere": reader.gettext("It stands at another site"),
        "not_in_use": reader.gettext("It is said to be in stock or retired"),
        "not_accepted": reader.gettext("The holder never confirmed it"),
    }
    return words.get(conflict, conflict)


def mean_time(days: float | None, reader: Reader) -> str:
    """Return the mean time between failures in whole days; "" while there was none."""
    if days is None:
        return ""
    whole = max(round(days), 1)
    return reader.ngettext("%(num)s day", "%(num)s days", whole) % {"num": number(whole, reader)}


def sheet_name(code: str, reader: Reader) -> str:
    """Return the name of a sheet of labels, as ``labels.SHEETS`` knows it."""
    columns, _, rows = code.partition("x")
    return reader.gettext("%(columns)s by %(rows)s on A4") % {"columns": columns, "rows": rows}
