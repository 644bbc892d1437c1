"""allowances and grants for emergencies"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "emergencies that were declared, and roles given for emergencies alone"


def upgrade() -> None:
    op.create_table(
        "allowance_spent",
        sa.Column("allowance", KEY, nullable=False),
        sa.Column("party", KEY, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("times", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("allowance", "party", name=op.f("pk_allowance_spent")),
    )
    with op.batch_alter_table("allowance_spent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allowance_spent_since"), ["since"], unique=False)

    op.create_table(
        "emergency_use",
        sa.Column("grant_id", BIG_ID, nullable=True),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("reviewed_by", BIG_ID, nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["role_grant.id"],
            name=op.f("fk_emergency_use_grant_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_emergency_use_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_emergency_use_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["person.id"],
            name=op.f("fk_emergency_use_reviewed_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_use")),
    )
    with op.batch_alter_table("emergency_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_use_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_emergency_use_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_emergency_use_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_emergency_use_reviewed_by"), ["reviewed_by"], unique=False
        )

    op.add_column(
        "role_grant",
        sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    # What was given for emergencies must not become lasting; what names it goes along, also where
    # the database does not look after references while tables are rebuilt.
    op.execute(
        "DELETE FROM directory_rule_grant WHERE grant_id IN"
        " (SELECT id FROM role_grant WHERE emergency)"
    )
    op.execute("DELETE FROM role_grant WHERE emergency")
    op.drop_column("role_grant", "emergency")
    op.drop_table("emergency_use")
    op.drop_table("allowance_spent")
