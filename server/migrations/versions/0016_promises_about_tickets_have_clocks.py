"""promises about tickets have clocks"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "clocks of tickets, calendars and targets that people changed"


def upgrade() -> None:
    op.create_table(
        "sla_section",
        sa.Column("section", KEY, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_sla_section_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("section", name=op.f("pk_sla_section")),
    )
    op.create_table(
        "sla_clock",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("measure", KEY, nullable=False),
        sa.Column("calendar", KEY, nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reason_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["reason_by_id"], ["person.id"], name=op.f("fk_sla_clock_reason_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_sla_clock_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "measure", name=op.f("pk_sla_clock")),
    )
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sla_clock_next_at_ticket_id"), ["next_at", "ticket_id"], unique=False
        )

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch_op.add_column(
            sa.Column("is_breached", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            batch_op.f("ix_ticket_is_open_due_at_id"), ["is_open", "due_at", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("ticket", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_is_open_due_at_id"))
        batch_op.drop_column("is_breached")
        batch_op.drop_column("due_at")

    op.drop_table("sla_clock")
    op.drop_table("sla_section")
