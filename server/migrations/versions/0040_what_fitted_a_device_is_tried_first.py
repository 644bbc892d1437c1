"""what fitted a device is tried first"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which credential each device answered to; the next sweep finds it again"


def upgrade() -> None:
    op.create_table(
        "credential_fit",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("collector_id", BIG_ID, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("credential_id", BIG_ID, nullable=False),
        sa.Column("mark", KEY, nullable=False),
        sa.Column("fitted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["snmp_credential.id"],
            name=op.f("fk_credential_fit_credential_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_credential_fit_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_fit")),
    )
    op.create_index(
        op.f("ix_credential_fit_organisation_id_collector_id_address_port"),
        "credential_fit",
        ["organisation_id", "collector_id", "address", "port"],
        unique=True,
    )
    op.create_index(op.f("ix_credential_fit_credential_id"), "credential_fit", ["credential_id"])


def downgrade() -> None:
    op.drop_table("credential_fit")
