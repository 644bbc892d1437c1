"""what the loss of a redundancy would take down"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what the loss of each redundancy would take down; the next sweep computes it"


def upgrade() -> None:
    op.create_table(
        "impact_group_loss",
        sa.Column("sweep_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("alike_id", BIG_ID, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"],
            ["impact_sweep.id"],
            name=op.f("fk_impact_group_loss_sweep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sweep_id", "group_id", name=op.f("pk_impact_group_loss")),
    )


def downgrade() -> None:
    op.drop_table("impact_group_loss")
