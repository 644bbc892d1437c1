"""PostgreSQL's COPY text, made a column at a time.

psycopg writes a row value by value, asking the type of each. Whole columns are of one type, and
what stands there again and again (a moment, an empty document) is put into words once: a third of
the time. The format is that of the COPY page of PostgreSQL's manual, "text".
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

_NULL = "\\N"
#: What means something else to COPY when it stands in a text.
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}

_Column = Sequence[Any]


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
            columns = [_worded(column) for column in zip(*rows, strict=True)]
            copy.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def _worded(column: _Column) -> Iterable[str]:
    kinds = set(map(type, column))
    if len(kinds) == 1:
        return _words_of(kinds.pop(), column)
    return _mixed(column)


def _words_of(kind: type, column: _Column) -> Iterable[str]:
    if kind is int:
        return map(str, column)
    if kind is str:
        return _escaped(column)
    if kind is type(None):
        return [_NULL] * len(column)
    return _repeating(column, _word_maker(kind))


def _mixed(column: _Column) -> list[str]:
    words: list[str] = []
    for value in column:
        words += _words_of(type(value), (value,))
    return words


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    if not _SPECIAL.search("".join(texts)):
        return texts
    return [_escape(text) for text in texts]


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], text)


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


def _document(wrapped: Any) -> str:
    if type(wrapped.obj) is int:
        return str(wrapped.obj)
    return _escape((wrapped.dumps or json.dumps)(wrapped.obj))


_WORDS: Mapping[type, Callable[[Any], str]] = {float: repr, bool: str, datetime: str}


def _word_maker(kind: type) -> Callable[[Any], str]:
    known = _WORDS.get(kind)
    if known is not None:
        return known
    if hasattr(kind, "obj") and hasattr(kind, "dumps"):  # psycopg's Json and Jsonb
        return _document
    raise TypeError(f"a {kind.__name__} cannot be copied into a table")
