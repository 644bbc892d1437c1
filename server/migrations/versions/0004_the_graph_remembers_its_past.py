"""the graph remembers its past"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what the graph was before each change"


def upgrade() -> None:
    op.create_table(
        "item_past",
        sa.Column("valid_to", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("valid_from", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("stage", KEY, nullable=False),
        sa.Column("criticality", sa.Integer(), nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_past_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("valid_to", "item_id", name=op.f("pk_item_past")),
    )
    with op.batch_alter_table("item_past", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_past_item_id"), ["item_id"], unique=False)

    op.create_table(
        "redundancy_group_past",
        sa.Column("valid_to", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("valid_from", BIG_ID, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["redundancy_group.id"],
            name=op.f("fk_redundancy_group_past_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("valid_to", "group_id", name=op.f("pk_redundancy_group_past")),
    )
    with op.batch_alter_table("redundancy_group_past", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_redundancy_group_past_group_id"), ["group_id"], unique=False
        )

    op.create_table(
        "relation_past",
        sa.Column("valid_to", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("relation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("valid_from", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("capacity", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
            name=op.f("fk_relation_past_relation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("valid_to", "relation_id", name=op.f("pk_relation_past")),
    )
    with op.batch_alter_table("relation_past", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relation_past_relation_id"), ["relation_id"], unique=False
        )

    with op.batch_alter_table("graph_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checksum", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_graph_change_at"), ["at"], unique=False)

    # Terms that were changed so far have left no trace: what the graph was is known from here on.
    op.execute("DELETE FROM graph_change WHERE seq < (SELECT max(seq) FROM graph_change)")


def downgrade() -> None:
    with op.batch_alter_table("graph_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_graph_change_at"))
        batch_op.drop_column("checksum")

    op.drop_table("relation_past")
    op.drop_table("redundancy_group_past")
    op.drop_table("item_past")
