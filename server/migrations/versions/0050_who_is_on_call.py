"""who is on call"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, MOMENT

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "who is on call, in turn, by a shift or standing in"


def upgrade() -> None:
    with op.batch_alter_table("desk_shift", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("on_call", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        "on_call_duty",
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_on_call_duty_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_on_call_duty")),
    )
    op.create_table(
        "on_call_turn",
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["on_call_duty.group_id"],
            name=op.f("fk_on_call_turn_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_on_call_turn_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "position", name=op.f("pk_on_call_turn")),
    )
    op.create_index(op.f("ix_on_call_turn_person_id"), "on_call_turn", ["person_id"])
    op.create_table(
        "on_call_stand_in",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["on_call_duty.group_id"],
            name=op.f("fk_on_call_stand_in_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_on_call_stand_in_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_stand_in")),
    )
    op.create_index(
        op.f("ix_on_call_stand_in_group_id_last_day"), "on_call_stand_in", ["group_id", "last_day"]
    )
    op.create_index(op.f("ix_on_call_stand_in_person_id"), "on_call_stand_in", ["person_id"])


def downgrade() -> None:
    op.drop_table("on_call_stand_in")
    op.drop_table("on_call_turn")
    op.drop_table("on_call_duty")
    with op.batch_alter_table("desk_shift", schema=None) as batch_op:
        batch_op.drop_column("on_call")
