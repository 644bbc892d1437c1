"""volume tables refer without keys"""

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""


class _Key(NamedTuple):
    """A foreign key that goes; SQLite copies the table, and has to be told what it cannot read."""

    table: str
    column: str
    target: str
    ondelete: str | None
    is_counted: bool

    @property
    def name(self) -> str:
        return f"fk_{self.table}_{self.column}"

    @property
    def kept(self) -> dict[str, bool]:
        return {"sqlite_autoincrement": True} if self.is_counted else {}


_KEYS = (
    _Key("history_entry", "item_id", "item", "CASCADE", is_counted=False),
    _Key("item_identifier", "item_id", "item", "CASCADE", is_counted=False),
    _Key("item_source", "organisation_id", "organisation", None, is_counted=True),
    _Key("item_value", "item_id", "item", "CASCADE", is_counted=False),
    _Key("relation", "organisation_id", "organisation", None, is_counted=True),
    _Key("relation", "start_id", "item", "CASCADE", is_counted=True),
    _Key("relation", "end_id", "item", "CASCADE", is_counted=True),
)
_GROUPED = "ix_relation_group_id"


def upgrade() -> None:
    for key in _KEYS:
        with op.batch_alter_table(key.table, table_kwargs=key.kept) as table:
            table.drop_constraint(op.f(key.name), type_="foreignkey")
    op.drop_index(_GROUPED, "relation")
    where = sa.text("group_id IS NOT NULL")
    op.create_index(_GROUPED, "relation", ["group_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index(_GROUPED, "relation")
    op.create_index(_GROUPED, "relation", ["group_id"])
    for key in reversed(_KEYS):
        with op.batch_alter_table(key.table, table_kwargs=key.kept) as table:
            table.create_foreign_key(
                op.f(key.name), key.target, [key.column], ["id"], ondelete=key.ondelete
            )
