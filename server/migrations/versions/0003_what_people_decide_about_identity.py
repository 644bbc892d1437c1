"""what people decide about identity"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "answers of the review queue, merges that can be undone, own junk values"


def upgrade() -> None:
    op.create_table(
        "junk_value",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_junk_value")),
    )
    with op.batch_alter_table("junk_value", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_junk_value_kind_value"), ["kind", "value"], unique=True
        )

    op.create_table(
        "identity_act",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("trail", DOCUMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_identity_act_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["item.id"], name=op.f("fk_identity_act_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_act")),
    )
    with op.batch_alter_table("identity_act", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_act_item_id_id"), ["item_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_act_other_id_id"), ["other_id", "id"], unique=False
        )

    # Plain ALTER TABLE: SQLite would otherwise copy tables of millions of rows.
    op.add_column(
        "identity_review", sa.Column("fingerprint", KEY, server_default="", nullable=False)
    )
    op.add_column(
        "identity_review", sa.Column("why", sa.String(), server_default="", nullable=False)
    )
    op.add_column("identity_review", sa.Column("resolved_by_id", BIG_ID, nullable=True))
    op.add_column("identity_review", sa.Column("item_id", BIG_ID, nullable=True))
    op.add_column("item", sa.Column("merged_into_id", BIG_ID, nullable=True))
    op.create_index(op.f("ix_item_merged_into_id"), "item", ["merged_into_id"], unique=False)
    op.add_column("item_identifier", sa.Column("first_seen_at", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("item_identifier", "first_seen_at")
    op.drop_index(op.f("ix_item_merged_into_id"), table_name="item")
    op.drop_column("item", "merged_into_id")
    for name in ("item_id", "resolved_by_id", "why", "fingerprint"):
        op.drop_column("identity_review", name)
    op.drop_table("identity_act")
    op.drop_table("junk_value")
