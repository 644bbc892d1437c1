"""Statements that take many rows of one table, made once for each set of columns.

SQLAlchemy's own way builds two dictionaries a row, which was a quarter of a bulk request. Here the
values are converted a column at a time. SQLite takes a row at a time; PostgreSQL takes a statement
with an array for each column, or a COPY.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Compiled,
    Connection,
    Dialect,
    Insert,
    String,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from cmdb.records.among import Listed
from cmdb.records.copying import array_text


@dataclass(frozen=True, slots=True)
class Form:
    """A statement for one set of columns, and how values become what the driver takes.

    ``statement`` takes a row at a time, in the order of ``names``. ``converters`` are (place,
    function) of the columns that need one; most need none. ``copying`` is the COPY statement for
    the same columns and ``listing`` the one that takes an array for each, on PostgreSQL.
    """

    statement: str
    names: tuple[str, ...]
    pick: Callable[[dict[str, Any]], Sequence[Any]]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    copying: str
    listing: str

    def execute(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Carry the statement out for rows, as cheaply as the driver allows."""
        if self.listing:
            arrays = map(array_text, self.columns(rows))
            connection.exec_driver_sql(self.listing, dict(zip(self.names, arrays, strict=True)))
        else:
            connection.exec_driver_sql(self.statement, self.convert(rows))

    def columns(self, rows: Sequence[dict[str, Any]]) -> list[Sequence[Any]]:
        """Return the columns of the rows, of what the driver takes."""
        columns: list[Sequence[Any]] = list(zip(*map(self.pick, rows), strict=True))
        for place, convert in self.converters:
            columns[place] = _converted(columns[place], convert)
        return columns

    def convert(self, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Return the rows as tuples of what the driver takes, a column at a time."""
        return list(zip(*self.columns(rows), strict=True))


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert a column; what stands there twice in a row, as a batch's moment, is done once."""
    done: list[Any] = []
    last: Any = _NOTHING
    result: Any = None
    for value in values:
        if value is not last:
            last, result = value, convert(value)
        done.append(result)
    return done


_NOTHING = object()
#: What is done with rows: "insert", "missing" (those that are not there) or "update" by their id.
Act = Literal["insert", "missing", "update"]
_FORMS: dict[tuple[str, str, tuple[str, ...], Act], Form] = {}
#: What stands for the id in an UPDATE that takes a row at a time.
_WHICH = "which_row"


def form_of(table: Table, names: tuple[str, ...], dialect: Dialect, act: Act = "insert") -> Form:
    """Return the statement that does so with rows of these columns."""
    key = (dialect.name, table.name, names, act)
    known = _FORMS.get(key)
    if known is None:
        compiled = _one_by_one(table, names, dialect, act)
        given = tuple(getattr(compiled, "positiontup", None) or names)
        order = tuple("id" if name == _WHICH else name for name in given)
        at_once = dialect.driver == "psycopg"
        known = _FORMS[key] = Form(
            str(compiled),
            order,
            itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],),
            tuple(_converters(table, order, dialect)),
            _copying(table, order, dialect) if at_once and act == "insert" else "",
            _listing(table, order, dialect, act) if at_once else "",
        )
    return known


def _one_by_one(table: Table, names: Sequence[str], dialect: Dialect, act: Act) -> Compiled:
    """Return the statement for one row."""
    if act == "update":
        told: dict[str, Any] = {name: bindparam(name) for name in names if name != "id"}
        changing = table.update().where(table.c["id"] == bindparam(_WHICH)).values(told)
        return changing.compile(dialect=dialect)
    adding = _inserting(table, dialect, act)
    return adding.compile(dialect=dialect, column_keys=list(names))


def _inserting(table: Table, dialect: Dialect, act: Act) -> Insert:
    if act == "insert":
        return table.insert()
    make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def _copying(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    return f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"


def _listing(table: Table, names: Sequence[str], dialect: Dialect, act: Act) -> str:
    """Return the statement that takes an array for each column."""
    arrays = (bindparam(name, type_=Listed(_member(table, name, dialect))) for name in names)
    given = func.unnest(*arrays).table_valued(*names).render_derived(name="given")
    if act == "update":
        told = {name: given.c[name] for name in names if name != "id"}
        changing = table.update().where(table.c["id"] == given.c["id"]).values(told)
        return str(changing.compile(dialect=dialect))
    adding = _inserting(table, dialect, act)
    return str(
        adding.from_select(names, select(given), include_defaults=False).compile(dialect=dialect)
    )


def _member(table: Table, name: str, dialect: Dialect) -> str:
    """Return the type of an array's members; that a text is too long, the table says itself."""
    kind = table.c[name].type.dialect_impl(dialect)
    return "TEXT" if isinstance(kind, String) else kind.compile(dialect)


def _converters(
    table: Table, names: Sequence[str], dialect: Dialect
) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    for place, name in enumerate(names):
        convert = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            is_document = isinstance(table.c[name].type, JSON)
            yield place, _sparing(convert) if is_document else convert


def _sparing(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Write without an encoder what needs none: a number is what two of five values are.

    The empty document is written once: it is what two of five rows of a bulk request hold.
    """
    empty = convert({})
    # psycopg takes a document as an object that it writes itself.
    whole = str if convert(1) == "1" else convert

    def written(value: Any) -> Any:
        kind = type(value)
        if kind is int:
            return whole(value)
        return empty if kind is dict and not value else convert(value)

    return written
