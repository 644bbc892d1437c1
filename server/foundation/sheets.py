"""Tables for spreadsheets, of which nothing is run: the one writer of CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

#: What a spreadsheet takes for UTF-8 by; the first thing in a file.
MARK = "\ufeff"
#: How a cell begins that a spreadsheet takes for a formula; some fold wide signs into these.
_WIDE = ("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *_WIDE, "\N{FULLWIDTH COMMERCIAL AT}")


def safe_cell(value: Any) -> str:
    r"""Return a cell that no spreadsheet runs.

    >>> safe_cell("=1+1"), safe_cell(-3), safe_cell(["a", "b"]), safe_cell(None)
    ("'=1+1", '-3', 'a, b', '')
    >>> safe_cell("\N{FULLWIDTH EQUALS SIGN}1+1")[0], safe_cell("\n=1+1")[0]
    ("'", "'")
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return safe_cell(", ".join(str(part) for part in value))
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as lines of CSV; whoever writes a whole file puts ``MARK`` before the first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
