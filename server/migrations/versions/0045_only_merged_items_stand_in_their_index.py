"""only merged items stand in their index"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""

_INDEX = "ix_item_merged_into_id"
_MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(_INDEX, table_name="item")
    op.create_index(
        _INDEX, "item", ["merged_into_id"], sqlite_where=_MERGED, postgresql_where=_MERGED
    )


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="item")
    op.create_index(_INDEX, "item", ["merged_into_id"])
