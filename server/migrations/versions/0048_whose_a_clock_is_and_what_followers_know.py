"""whose a clock is, and what followers of an item know"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import KEY

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "the clocks of groups and suppliers, and what followers of items were told last"


def upgrade() -> None:
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder", KEY, server_default="", nullable=False))
        batch_op.drop_constraint(op.f("pk_sla_clock"), type_="primary")
        batch_op.create_primary_key(op.f("pk_sla_clock"), ["ticket_id", "measure", "holder"])
    with op.batch_alter_table("item_follower", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_stage", KEY, server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("told_silent", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_index(op.f("ix_ticket_resolved_at_id"), "ticket", ["resolved_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_resolved_at_id"), table_name="ticket")
    with op.batch_alter_table("item_follower", schema=None) as batch_op:
        batch_op.drop_column("told_silent")
        batch_op.drop_column("told_stage")
    op.execute("DELETE FROM sla_clock WHERE holder <> ''")
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("pk_sla_clock"), type_="primary")
        batch_op.create_primary_key(op.f("pk_sla_clock"), ["ticket_id", "measure"])
        batch_op.drop_column("holder")
