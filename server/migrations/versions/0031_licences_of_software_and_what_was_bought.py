"""licences of software and what was bought"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "licences of software, what each is about and what was bought"


def upgrade() -> None:
    op.create_table(
        "software_licence",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("metric", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_software_licence_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_licence")),
    )
    with op.batch_alter_table("software_licence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_software_licence_organisation_id_name_key"),
            ["organisation_id", "name_key"],
            unique=True,
        )

    op.create_table(
        "licence_entitlement",
        sa.Column("licence_id", BIG_ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("supplier_id", BIG_ID, nullable=True),
        sa.Column("contract_id", BIG_ID, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_licence_entitlement_period")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_licence_entitlement_quantity")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_licence_entitlement_contract_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["software_licence.id"],
            name=op.f("fk_licence_entitlement_licence_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_licence_entitlement_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_entitlement")),
    )
    with op.batch_alter_table("licence_entitlement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_licence_entitlement_contract_id"), ["contract_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_licence_entitlement_licence_id"), ["licence_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_licence_entitlement_supplier_id"), ["supplier_id"], unique=False
        )

    op.create_table(
        "licence_pattern",
        sa.Column("licence_id", BIG_ID, nullable=False),
        sa.Column("ecosystem", KEY, nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("name_like", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["software_licence.id"],
            name=op.f("fk_licence_pattern_licence_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_pattern")),
    )
    with op.batch_alter_table("licence_pattern", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_licence_pattern_licence_id"), ["licence_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("licence_pattern")
    op.drop_table("licence_entitlement")
    op.drop_table("software_licence")
