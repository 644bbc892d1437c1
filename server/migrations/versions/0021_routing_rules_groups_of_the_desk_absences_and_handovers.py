"""routing rules groups of the desk absences and handovers"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "routing rules, how groups work on tickets, absences, hand-overs"


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_absence_person_id_ends_at"), ["person_id", "ends_at"], unique=False
        )

    op.create_table(
        "desk_group",
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", KEY, nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("assignment", KEY, nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.Column("last_assigned_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_desk_group_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_desk_group")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_routing_rule_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    with op.batch_alter_table("routing_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_routing_rule_position_id"), ["position", "id"], unique=False
        )

    op.create_table(
        "ticket_handover",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("from_group_id", BIG_ID, nullable=True),
        sa.Column("to_group_id", BIG_ID, nullable=True),
        sa.Column("known", sa.String(), nullable=False),
        sa.Column("tried", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("supplier_reference", sa.String(), nullable=False),
        sa.Column("pack", DOCUMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["person.id"], name=op.f("fk_ticket_handover_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_group_id"],
            ["party_group.id"],
            name=op.f("fk_ticket_handover_from_group_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ticket_handover_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_handover_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_group_id"],
            ["party_group.id"],
            name=op.f("fk_ticket_handover_to_group_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_handover")),
    )
    with op.batch_alter_table("ticket_handover", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_handover_ticket_id_id"), ["ticket_id", "id"], unique=False
        )

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ruled_priority", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ticket", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("ruled_priority")

    op.drop_table("ticket_handover")
    op.drop_table("routing_rule")
    op.drop_table("desk_group")
    op.drop_table("absence")
