"""What SQLite's planner knows of how much is in the tables.

Without it SQLite guesses, and a list of 200,000 items took a minute instead of 30 ms. PostgreSQL
looks by itself (autovacuum); SQLite looks when it is told to.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, literal, select, text
from sqlalchemy import table as named_table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.schema import ExecutableDDLElement

from server.foundation.jobs.handler import JobContext

#: The kind, as in ``server.wiring.JOBS``.
KEEP_STATISTICS = "database.statistics"

#: Tables of fewer rows are read fast by any plan.
_FEW = 1_000
#: So many times larger than at the last look is another table to the planner.
_GROWN = 4
#: All but SQLite's own, and those that the index of words keeps its pages in.
_TABLES = text(
    "SELECT name FROM sqlite_schema WHERE type = 'table'"
    " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_index%'"
)


class _Analyse(ExecutableDDLElement):
    """A look into one table, whose name SQLAlchemy quotes: none can be bound as a value."""

    inherit_cache = False

    def __init__(self, table: str) -> None:
        self.table = table


@compiles(_Analyse, "sqlite")
def _analyse_in_sqlite(element: _Analyse, compiler: Any, **_options: Any) -> str:
    return f"ANALYZE {compiler.preparer.quote(element.table)}"


def keep_statistics(context: JobContext) -> Mapping[str, Any] | None:
    """Look anew into the tables of SQLite that have grown; connections opened later know it."""
    if not context.database.is_sqlite:
        return None
    with context.database.reading() as session:
        grown = _grown_tables(session)
    for table in grown:
        context.go_on()
        # Each by itself: whoever writes waits for a second at most. A sample of each index would be
        # faster to look at, and took what holds for nearly all rows for something rare.
        with context.database.writing() as session:
            session.execute(_Analyse(table))
    return {"tables": len(grown)} if grown else None


def _grown_tables(session: Session) -> Sequence[str]:
    """Return the tables with many times the rows of the last look; each is counted no further."""
    known = _known_rows(session)
    grown = []
    for table in session.scalars(_TABLES).all():
        limit = max(_FEW, known.get(table, 0) * _GROWN)
        # The limit is inside: a table of millions is not counted to its end.
        some = select(literal(1)).select_from(named_table(table)).limit(limit + 1)
        if session.scalars(select(func.count()).select_from(some.subquery())).one() > limit:
            grown.append(table)
    return grown


def _known_rows(session: Session) -> Mapping[str, int]:
    held = text("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")
    if session.scalar(held) is None:
        return {}
    # Of each index the first number of ``stat`` are the rows of its table.
    rows = text("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl")
    return {row[0]: row[1] for row in session.execute(rows)}
