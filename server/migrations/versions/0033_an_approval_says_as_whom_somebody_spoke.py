"""an approval says as whom somebody spoke"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import KEY

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "as whom people approved, and which deputies were named by those they stand in for"


def upgrade() -> None:
    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spoke_as", KEY, server_default="", nullable=False))
    # Who was named and answered spoke for themselves; of the others nobody knows any more.
    op.execute(
        "UPDATE change_approval SET spoke_as = 'self' "
        "WHERE decided_by_id IS NOT NULL AND decided_by_id = person_id"
    )
    with op.batch_alter_table("approval_deputy", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_themselves", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("approval_deputy", schema=None) as batch_op:
        batch_op.drop_column("by_themselves")
    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.drop_column("spoke_as")
