"""agents of other makers report, or wait"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "foreign agents' sources and those that wait to be admitted"


def upgrade() -> None:
    op.create_table(
        "inventory_source",
        sa.Column("slug", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("authentication", KEY, nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("admits", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_inventory_source_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_inventory_source_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_inventory_source_slug")),
    )
    op.create_table(
        "waiting_sender",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("source_id", BIG_ID, nullable=True),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("dialect", KEY, nullable=False),
        sa.Column("hostname", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_waiting_sender_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["inventory_source.id"],
            name=op.f("fk_waiting_sender_source_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_sender")),
    )
    with op.batch_alter_table("waiting_sender", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiting_sender_last_seen_at"), ["last_seen_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_waiting_sender_organisation_id_device_id"),
            ["organisation_id", "device_id"],
            unique=True,
        )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", KEY, server_default="cadastre", nullable=False))
        batch_op.add_column(sa.Column("last_full_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("wanted_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_column("wanted_at")
        batch_op.drop_column("last_full_at")
        batch_op.drop_column("kind")
    op.drop_table("waiting_sender")
    op.drop_table("inventory_source")
