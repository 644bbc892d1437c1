"""versions of devices are released and items are followed"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "who follows which item, and the attributes by which releases are known"


def upgrade() -> None:
    op.create_table(
        "item_follower",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_follower_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_item_follower_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_item_follower")),
    )
    with op.batch_alter_table("item_follower", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_follower_person_id_item_id"), ["person_id", "item_id"], unique=False
        )

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attribute", KEY, server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_column("attribute")

    op.drop_table("item_follower")
