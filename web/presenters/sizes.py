"""Sizes, speeds and counts in human units; the exact value is for the hover."""

from babel.numbers import format_decimal, format_percent

from web.presenters.reader import Reader

BINARY_STEP = 1024
DECIMAL_STEP = 1000
# International symbols of IEC 80000-13 and of the SI: they are not translated.
BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
RATE_UNITS = ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")
COUNT_LIMIT = 10_000
"""Counting stops here: the database is not asked for more (DESIGN, section 3)."""


def byte_size(size: float, reader: Reader) -> str:
    """Return bytes in the largest binary unit that leaves at least 1: "15.6 GiB"."""
    return _scaled(size, BINARY_STEP, BYTE_UNITS, reader)


def exact_bytes(size: int, reader: Reader) -> str:
    """Return every byte, grouped: "16,777,216 B"."""
    return f"{number(size, reader)} B"


def bit_rate(bits_per_second: float, reader: Reader) -> str:
    """Return a link speed in decimal units, as vendors print them: "10 Gbit/s"."""
    return _scaled(bits_per_second, DECIMAL_STEP, RATE_UNITS, reader)


def number(value: float, reader: Reader) -> str:
    """Return a number grouped as the reader's language groups, at most two decimals."""
    return format_decimal(value, format="#,##0.##", locale=reader.language)


def percentage(share: float, reader: Reader) -> str:
    """Return a share (0.932) as a whole percentage ("93%")."""
    return format_percent(share, locale=reader.language)


def count(value: int, reader: Reader) -> str:
    """Return a count, or "more than 10,000" where counting stopped."""
    if value > COUNT_LIMIT:
        limit = number(COUNT_LIMIT, reader)
        return reader.gettext("more than %(limit)s") % {"limit": limit}
    return number(value, reader)


def _scaled(value: float, step: int, units: tuple[str, ...], reader: Reader) -> str:
    scaled, position = float(value), 0
    # A value that rounds up to a whole step belongs to the next unit: 1 MiB, not 1,024 KiB.
    while round(abs(scaled), 1) >= step and position < len(units) - 1:
        scaled /= step
        position += 1
    pattern = "#,##0.#" if abs(scaled) < 100 else "#,##0"
    return f"{format_decimal(scaled, format=pattern, locale=reader.language)} {units[position]}"
