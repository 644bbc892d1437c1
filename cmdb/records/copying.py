"""Columns of values as PostgreSQL reads them: as the text of a COPY, or as the text of an array.

psycopg writes a row value by value, asking the type of each. Whole columns are of one type, and
what stands there again and again (a moment, an empty document) is put into words once: a third of
the time. The formats are those of PostgreSQL's manual: the text format of the page on COPY, and
"Array Input and Output Syntax".
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

_Column = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one format writes nothing, and what it escapes in a text, which stands in ``quotes``."""

    null: str
    special: re.Pattern[str]
    escaped: Mapping[str, str]
    quotes: str = ""

    def text(self, text: str) -> str:
        """Return one text as it is written."""
        return (
            self.quotes + self.special.sub(lambda found: self.escaped[found[0]], text) + self.quotes
        )

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Return many texts as they are written; most need nothing but their quotes."""
        if self.special.search("".join(texts)):
            return [self.text(text) for text in texts]
        return [f'"{text}"' for text in texts] if self.quotes else texts


_COPY = _Manner(
    "\\N",
    re.compile(r"[\\\t\n\r]"),
    {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"},
)
_ARRAY = _Manner("NULL", re.compile(r'[\\"]'), {"\\": r"\\", '"': r"\""}, quotes='"')


def copy_rows(
    connection: Connection, statement: str, parts: Iterable[Sequence[Sequence[Any]]]
) -> None:
    """Run ``statement`` (COPY … FROM STDIN) with rows of what the driver takes, part by part.

    The server writes one part while the next is put into words here.
    Values are whole numbers, decimals, texts, truth values, moments, the driver's JSON wrappers or
    None. Raises what the driver raises, and TypeError for a value of another kind.
    """
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(statement) as copy:
        for rows in parts:
            columns = [_worded(column, _COPY) for column in zip(*rows, strict=True)]
            copy.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def array_text(column: Sequence[Any]) -> str:
    r"""Return a column of such values as the text of an array.

    >>> array_text([1, None]), array_text(['a"b', "c"])
    ('{1,NULL}', '{"a\\"b","c"}')
    >>> array_text([b"\x00a", date(2026, 11, 23), Decimal("1.50"), True])
    '{"\\\\x0061",2026-11-23,1.50,True}'
    """
    return f"{{{','.join(_worded(column, _ARRAY))}}}"


def _worded(column: _Column, manner: _Manner) -> Iterable[str]:
    kinds = set(map(type, column))
    if len(kinds) == 1:
        return _words_of(kinds.pop(), column, manner)
    return _mixed(column, manner)


def _words_of(kind: type, column: _Column, manner: _Manner) -> Iterable[str]:
    if kind is int:
        return map(str, column)
    if kind is str:
        return manner.texts(column)
    if kind is type(None):
        return [manner.null] * len(column)
    return _repeating(column, _word_maker(kind, manner))


def _mixed(column: _Column, manner: _Manner) -> list[str]:
    words: list[str] = []
    for value in column:
        words += _words_of(type(value), (value,), manner)
    return words


def _repeating(column: _Column, word: Callable[[Any], str]) -> list[str]:
    """Put each value into words, but one that stands there twice in a row only once."""
    words: list[str] = []
    last: Any = _NOTHING
    said = ""
    for value in column:
        if value is not last:
            last, said = value, word(value)
        words.append(said)
    return words


_NOTHING = object()


def _written(wrapped: Any) -> str:
    if type(wrapped.obj) is int:
        return str(wrapped.obj)
    return str((wrapped.dumps or json.dumps)(wrapped.obj))


_WORDS: Mapping[type, Callable[[Any], str]] = {
    bool: str,
    bytes: lambda value: f"\\x{value.hex()}",
    date: str,  # and of a moment
    Decimal: str,
    float: repr,
    int: int.__repr__,  # of its subclasses too, whatever they call themselves
    str: str.__str__,
}


def _word_maker(kind: type, manner: _Manner) -> Callable[[Any], str]:
    """Return what writes a value of this type, looked for as psycopg looks: by its ancestors."""
    known = next((_WORDS[ancestor] for ancestor in kind.__mro__ if ancestor in _WORDS), None)
    if known is None and hasattr(kind, "obj") and hasattr(kind, "dumps"):
        known = _written  # psycopg's Json and Jsonb
    if known is None:
        raise TypeError(f"a {kind.__name__} cannot be written into a table")
    if issubclass(kind, bool | int | float | Decimal | date):
        return known
    return lambda value: manner.text(known(value))
