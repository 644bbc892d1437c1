"""values of shipped lists may identify"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which values of the shipped lists identify after all"


def upgrade() -> None:
    with op.batch_alter_table("junk_value", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("identifies", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.drop_index(batch_op.f("ix_junk_value_kind_value"))
        batch_op.create_index(
            batch_op.f("ix_junk_value_identifies_kind_value"),
            ["identifies", "kind", "value"],
            unique=True,
        )


def downgrade() -> None:
    op.execute("DELETE FROM junk_value WHERE identifies")
    with op.batch_alter_table("junk_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_junk_value_identifies_kind_value"))
        batch_op.create_index(
            batch_op.f("ix_junk_value_kind_value"), ["kind", "value"], unique=True
        )
        batch_op.drop_column("identifies")
