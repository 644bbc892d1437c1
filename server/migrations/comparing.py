"""What alembic is told when it compares or migrates: the same words everywhere."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeEngine

from server.migrations import columns

#: Full-text tables are made and filled from code; SQLite keeps several hidden tables for each.
#: So are the indexes of parts of names, which a site may lack.
SEARCH_PREFIX = "search_index"

_SQLITE = make_url("sqlite://").get_dialect()()
_POSTGRESQL = make_url("postgresql://").get_dialect()()
_WORDS = ("BIG_ID", "KEY", "DOCUMENT", "MOMENT")


def options(connection: Connection) -> dict[str, Any]:
    """Return the options of an alembic context over ``connection``."""
    return {
        "render_as_batch": connection.dialect.name == "sqlite",
        "compare_type": True,
        "include_object": _is_ours,
        "render_item": _render,
        # Both databases roll a CREATE TABLE back, SQLite because we begin transactions ourselves.
        "transactional_ddl": True,
        "transaction_per_migration": True,
    }


def _is_ours(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    return not (kind in {"table", "index"} and (name or "").startswith(SEARCH_PREFIX))


def _render(kind: str, item: Any, context: AutogenContext) -> str | bool:
    """Write our types as the words of ``columns``, which stay whatever becomes of the types."""
    if kind != "type":
        return False
    for word in _WORDS:
        if _in_sql(item) == _in_sql(getattr(columns, word)):
            context.imports.add("from server.migrations.columns import " + ", ".join(_WORDS))
            return word
    return False


def _in_sql(kind: TypeEngine[Any]) -> tuple[str, str]:
    return kind.compile(_SQLITE), kind.compile(_POSTGRESQL)
