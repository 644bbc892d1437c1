"""Indexes by which PostgreSQL finds documents newest first, names in any case, and parts of names.

Without the last ``fqdn~77.corp`` reads every name there is: a second at a million items. They stand
beside the models, because SQLite has nothing like them, and because a site may lack them: the
extension is PostgreSQL's own, but its package may be missing, or the right to switch it on.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

_ALWAYS = {
    # The documents of one kind, newest first; and the planner learns how many of each there are.
    "search_index_kind": "CREATE INDEX search_index_kind ON search_index ((rowid % 8), rowid)",
    "search_index_item_vendor": "CREATE INDEX search_index_item_vendor ON item (lower(vendor))",
    "search_index_item_model": "CREATE INDEX search_index_item_model ON item (lower(model))",
}
_OF_PARTS = {
    "search_index_item_name": (
        "CREATE INDEX search_index_item_name ON item USING gin (name_key gin_trgm_ops)"
    ),
    "search_index_ticket_title": (
        "CREATE INDEX search_index_ticket_title ON ticket USING gin (title_key gin_trgm_ops)"
    ),
    "search_index_value_text": (
        "CREATE INDEX search_index_value_text ON item_value USING gin (text_key gin_trgm_ops)"
    ),
}
_FOUND = text("SELECT indexname FROM pg_indexes WHERE schemaname = ANY (current_schemas(false))")


def make_part_indexes(connection: Connection) -> None:
    """Make those that are missing, as far as PostgreSQL lets us; on SQLite nothing."""
    if connection.dialect.name != "postgresql":
        return
    found = set(connection.scalars(_FOUND))
    for name, statement in _wanted(connection):
        # IF NOT EXISTS would lock the table first, and so stop everybody who writes.
        if name not in found:
            connection.execute(text(statement))


def _wanted(connection: Connection) -> Iterator[tuple[str, str]]:
    yield from _ALWAYS.items()
    if finds_parts(connection) or _switched_on(connection):
        yield from _OF_PARTS.items()


def finds_parts(connection: Connection) -> bool:
    """Say whether this PostgreSQL has switched on what finds parts of names."""
    query = text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    return connection.execute(query).first() is not None


def _switched_on(connection: Connection) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except DBAPIError:
        # Not installed beside PostgreSQL, or not ours to switch on: ``cadastre doctor`` says so.
        return False
    return True
