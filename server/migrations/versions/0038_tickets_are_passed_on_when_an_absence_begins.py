"""tickets are passed on when an absence begins"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import MOMENT

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "who asked that their tickets be passed on when they are away"


def upgrade() -> None:
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("pass_on", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("passed_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_column("passed_at")
        batch_op.drop_column("pass_on")
