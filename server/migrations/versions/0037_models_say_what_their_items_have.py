"""models say what their items have"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "of which items their models have spoken already"


def upgrade() -> None:
    with op.batch_alter_table("item_of_model", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "said_model_id",
                BIG_ID,
                server_default="0",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("said_version", sa.Integer(), server_default="0", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("item_of_model", schema=None) as batch_op:
        batch_op.drop_column("said_version")
        batch_op.drop_column("said_model_id")
