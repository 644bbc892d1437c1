"""macros, and tickets that open by the calendar"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "macros, schedules of tickets, and which tickets they opened"


def upgrade() -> None:
    op.create_table(
        "ticket_macro",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_ticket_macro_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ticket_macro")),
    )
    op.create_table(
        "ticket_schedule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("template", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("rhythm", KEY, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("time_zone", KEY, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_ticket_schedule_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_ticket_schedule_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_ticket_schedule_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_schedule")),
    )
    with op.batch_alter_table("ticket_schedule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_schedule_enabled_next_at_id"),
            ["enabled", "next_at", "id"],
            unique=False,
        )

    op.create_table(
        "scheduled_ticket",
        sa.Column("schedule_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("about_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["ticket_schedule.id"],
            name=op.f("fk_scheduled_ticket_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_scheduled_ticket_ticket_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint(
            "schedule_id", "due_at", "about_id", name=op.f("pk_scheduled_ticket")
        ),
    )
    with op.batch_alter_table("scheduled_ticket", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheduled_ticket_ticket_id"), ["ticket_id"], unique=False
        )


def downgrade() -> None:

    op.drop_table("scheduled_ticket")
    op.drop_table("ticket_schedule")
    op.drop_table("ticket_macro")
