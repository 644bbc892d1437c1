"""rules of derivation and verdicts on them"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "rules of derivation that people wrote or changed, what they rejected, left-out members"


def upgrade() -> None:
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_last_boot_id"), ["last_boot_id"], unique=False)

    op.create_table(
        "derivation_rule",
        sa.Column("code", KEY, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_derivation_rule_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_derivation_rule_code")),
    )
    op.create_table(
        "service_rejection",
        sa.Column("service_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_service_rejection_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_service_rejection_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["item.id"],
            name=op.f("fk_service_rejection_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_id", "item_id", name=op.f("pk_service_rejection")),
    )
    with op.batch_alter_table("service_rejection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_rejection_item_id"), ["item_id"], unique=False)

    op.create_table(
        "derivation_verdict",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("start_id", BIG_ID, nullable=False),
        sa.Column("end_id", BIG_ID, nullable=False),
        sa.Column("type_code", KEY, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("evidence", DOCUMENT, nullable=False),
        sa.Column("instead_id", BIG_ID, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["end_id"], ["item.id"], name=op.f("fk_derivation_verdict_end_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instead_id"],
            ["relation.id"],
            name=op.f("fk_derivation_verdict_instead_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_derivation_verdict_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_derivation_verdict_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["start_id"],
            ["item.id"],
            name=op.f("fk_derivation_verdict_start_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation_verdict")),
    )
    with op.batch_alter_table("derivation_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_derivation_verdict_end_id"), ["end_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_derivation_verdict_organisation_id_id"),
            ["organisation_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_derivation_verdict_start_id_end_id_type_code"),
            ["start_id", "end_id", "type_code"],
            unique=True,
        )


def downgrade() -> None:
    op.drop_table("derivation_verdict")
    op.drop_table("service_rejection")
    op.drop_table("derivation_rule")
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_last_boot_id"))
