"""people keep views of the item list"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "views that people keep"


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("columns", DOCUMENT, nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_saved_view_person_id_name_key"), ["person_id", "name_key"], unique=True
        )


def downgrade() -> None:
    op.drop_table("saved_view")
