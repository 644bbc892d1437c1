"""Cursor paging: the same page again costs the same, however deep it lies, and no row is skipped.

A cursor is the sort key and id of the last row shown; it carries no rights and no SQL.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue

Row = TypeVar("Row")

#: Beyond this a total is said to be "more than".
COUNT_LIMIT = 10_000
MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class SortKey:
    """One way to sort a list. ``column`` must not be null for any row, or ``nulls`` says what then.

    ``parse`` turns the cursor's JSON value back into what the column compares with.
    """

    column: SQLColumnExpression[Any]
    parse: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a client asks for: sort (``-name`` for descending), cursor and size."""

    sort: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones start (None at the end)."""

    rows: Sequence[Row]
    next_cursor: str | None = None


def fetch_page(
    session: Session,
    query: Any,
    request: PageRequest,
    sorts: Mapping[str, SortKey],
    id_column: SQLColumnExpression[int],
) -> Page[Any]:
    """Run ``query`` (any select) for one page; each row is its entity, or a tuple of several.

    Raises ``InvalidValue`` for a sort outside ``sorts`` or a damaged cursor. Complexity: one index
    range per page, independent of depth, when (column, id) is indexed.
    """
    name, descending = _sort(request.sort, sorts)
    key = sorts[name]
    limit = max(1, min(request.limit, MAX_PAGE))
    if request.cursor:
        value, last_id = _decode(request.cursor, request.sort)
        query = query.where(_after(key, id_column, value, last_id, descending=descending))
    order = [key.column.desc(), id_column.desc()] if descending else [key.column, id_column]
    query = query.add_columns(key.column, id_column).order_by(*order).limit(limit + 1)
    rows = session.execute(query).all()
    shown = rows[:limit]
    more = len(rows) > limit
    cursor = _encode(request.sort, shown[-1][-2], shown[-1][-1]) if more else None
    return Page([_bare(row) for row in shown], cursor)


def page_within(
    rows: Iterable[Row], request: PageRequest, key: Callable[[Row], int | str]
) -> Page[Row]:
    """Return one page of rows that are held whole, by ``key``; of two with one key the last counts.

    Raises ``InvalidValue`` for a damaged cursor. Complexity: n log n for n rows.
    """
    found = {key(row): row for row in rows}
    if request.cursor:
        after = _decode(request.cursor, "")[0]
        if any(type(one) is not type(after) for one in found):
            raise InvalidValue({"cursor": "is damaged or belongs to another list"})
        found = {one: row for one, row in found.items() if one > after}
    limit = max(1, min(request.limit, MAX_PAGE))
    order = sorted(found)
    cursor = _encode("", order[limit - 1], 0) if len(order) > limit else None
    return Page([found[one] for one in order[:limit]], cursor)


def last_shown(request: PageRequest) -> int | None:
    """Return the id of the last row that was shown; None for the first page.

    Raises ``InvalidValue`` for a damaged cursor.
    """
    return _decode(request.cursor, request.sort)[1] if request.cursor else None


def count_up_to(session: Session, query: Select[Any], limit: int = COUNT_LIMIT) -> int:
    """Count the rows of ``query``, stopping at ``limit`` + 1 (which reads "more than limit")."""
    return session.scalar(select(counted_up_to(query, limit))) or 0


def counted_up_to(query: Select[Any], limit: int = COUNT_LIMIT) -> ScalarSelect[int]:
    """Return what ``count_up_to`` counts as a value, to be read together with others."""
    inner = query.order_by(None).limit(limit + 1).subquery()
    return select(func.count()).select_from(inner).scalar_subquery()


def _bare(row: Any) -> Any:
    return row[0] if len(row) == 3 else tuple(row[:-2])


def _sort(sort: str, sorts: Mapping[str, SortKey]) -> tuple[str, bool]:
    descending = sort.startswith("-")
    name = sort.removeprefix("-") or next(iter(sorts))
    if name not in sorts:
        raise InvalidValue({"sort": f"must be one of {', '.join(sorted(sorts))}"})
    return name, descending


def _after(
    key: SortKey, id_column: SQLColumnExpression[int], value: Any, last_id: int, *, descending: bool
) -> ColumnElement[bool]:
    try:
        bound = key.parse(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue({"cursor": "is damaged"}) from error
    if not _storable(bound, key.column) or not _storable(last_id, id_column):
        raise InvalidValue({"cursor": "is damaged"})
    # Said in this way, "at the bound or further" is where an index is entered: of "further, or at
    # the bound and beyond" databases see no range, and read the whole list up to there.
    if descending:
        return and_(key.column <= bound, or_(key.column < bound, id_column < last_id))
    return and_(key.column >= bound, or_(key.column > bound, id_column > last_id))


def _storable(value: Any, column: SQLColumnExpression[Any]) -> bool:
    """Say whether both databases can compare ``column`` with ``value``: a cursor may be forged."""
    if isinstance(value, str):
        return _is_text(column) and "\0" not in value and _is_unicode(value)
    if isinstance(value, datetime):
        return not _is_text(column) and value.tzinfo is not None
    if isinstance(value, date):
        return not _is_text(column)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and not _is_text(column) and abs(value) < 2**63


def _is_unicode(text: str) -> bool:
    """Say whether ``text`` has no half of a surrogate pair, which JSON can smuggle in."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text(column: SQLColumnExpression[Any]) -> bool:
    return isinstance(getattr(column, "type", None), String)


def _encode(sort: str, value: Any, row_id: int) -> str:
    plain = value.isoformat() if isinstance(value, date) else value
    packed = json.dumps([sort, plain, row_id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, sort: str) -> tuple[Any, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, value, row_id = json.loads(base64.urlsafe_b64decode(padded))
        if made_for == sort and isinstance(row_id, int) and not isinstance(value, dict | list):
            return value, row_id
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise InvalidValue({"cursor": "is damaged or belongs to another sort order"})
