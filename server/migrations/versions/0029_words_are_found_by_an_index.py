"""words are found by an index"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "the index of words, which is filled again on the way up"

_SQLITE = """CREATE VIRTUAL TABLE search_index USING fts5(
    open_terms, inner_terms, detail=column, tokenize='unicode61 remove_diacritics 0')"""
_POSTGRESQL = (
    """CREATE TABLE search_index (rowid bigint PRIMARY KEY,
    open_terms tsvector NOT NULL, all_terms tsvector NOT NULL)""",
    "CREATE INDEX search_index_open ON search_index USING gin (open_terms)",
    "CREATE INDEX search_index_all ON search_index USING gin (all_terms)",
)


def upgrade() -> None:
    op.create_table(
        "search_mark",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_mark")),
    )
    connection = op.get_bind()
    for statement in (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_index")
    op.drop_table("search_mark")
