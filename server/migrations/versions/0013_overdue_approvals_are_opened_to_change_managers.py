"""overdue approvals are opened to change managers"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import MOMENT

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which approvals were overdue"


def upgrade() -> None:
    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalated_at", MOMENT, nullable=True))
        batch_op.drop_column("replaces_id")


def downgrade() -> None:
    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", sa.INTEGER(), nullable=True))
        batch_op.drop_column("escalated_at")
