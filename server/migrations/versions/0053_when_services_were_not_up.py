"""when services were not up"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0053"
down_revision = "0051"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "when services were down, what was corrected of it, and why promises about them were missed"


def upgrade() -> None:
    op.create_table(
        "service_outage",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("said_began_at", MOMENT, nullable=True),
        sa.Column("said_ended_at", MOMENT, nullable=True),
        sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("corrected_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["person.id"], name=op.f("fk_service_outage_corrected_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_service_outage_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_service_outage_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_outage")),
    )
    for columns in (
        ["ticket_id", "item_id"],
        ["item_id", "began_at"],
        ["ended_at"],
        ["said_ended_at"],
    ):
        op.create_index(op.f(f"ix_service_outage_{'_'.join(columns)}"), "service_outage", columns)
    op.create_table(
        "availability_told",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("organisation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("measure", KEY, nullable=False),
        sa.Column("month", KEY, nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reason_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_availability_told_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reason_by_id"], ["person.id"], name=op.f("fk_availability_told_reason_by_id")
        ),
        sa.PrimaryKeyConstraint(
            "item_id", "organisation_id", "measure", "month", name=op.f("pk_availability_told")
        ),
    )
    op.execute(
        # What tickets of before reach; the state is the one that was computed last.
        "INSERT INTO service_outage (ticket_id, item_id, state, began_at, ended_at)"
        " SELECT ticket.id, affected_service.item_id, affected_service.state,"
        " COALESCE(ticket.occurred_at, ticket.created_at),"
        " CASE WHEN ticket.is_open THEN NULL"
        " ELSE COALESCE(ticket.resolved_at, ticket.closed_at, ticket.updated_at) END"
        " FROM affected_service JOIN ticket ON ticket.id = affected_service.ticket_id"
        " WHERE affected_service.state IN ('down', 'degraded')"
    )


def downgrade() -> None:
    op.drop_table("availability_told")
    op.drop_table("service_outage")
