"""alarms open tickets"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what people made of rules of alarms, and which ticket belongs to which alarm"


def upgrade() -> None:
    op.create_table(
        "alarm_rule",
        sa.Column("code", KEY, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_alarm_rule_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_alarm_rule")),
    )
    op.create_table(
        "alarm",
        sa.Column("rule_code", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("told_count", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_alarm_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_alarm_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_last_at_id"), ["last_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alarm_rule_code_item_id"), ["rule_code", "item_id"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_alarm_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("alarm")
    op.drop_table("alarm_rule")
