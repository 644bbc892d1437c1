"""names are found by their parts"""

from alembic import op
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""

_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
_ALWAYS = (
    "CREATE INDEX search_index_kind ON search_index ((rowid % 8), rowid)",
    "CREATE INDEX search_index_item_vendor ON item (lower(vendor))",
    "CREATE INDEX search_index_item_model ON item (lower(model))",
)
_OF_PARTS = (
    "CREATE INDEX search_index_item_name ON item USING gin (name_key gin_trgm_ops)",
    "CREATE INDEX search_index_value_text ON item_value USING gin (text_key gin_trgm_ops)",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for statement in _ALWAYS + (_OF_PARTS if _has_extension(connection) else ()):
        op.execute(statement)


def _has_extension(connection: Connection) -> bool:
    """Switch the extension on; a PostgreSQL without it, or that forbids it, goes on without."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(_EXTENSION)
    except DBAPIError:
        return False
    return True


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in _OF_PARTS + _ALWAYS:
        name = statement.split()[2]
        op.execute(f"DROP INDEX IF EXISTS {name}")
