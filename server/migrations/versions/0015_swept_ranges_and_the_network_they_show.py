"""swept ranges and the network they show"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "address ranges, what sweeps of them found, and the links between devices"


def upgrade() -> None:
    op.create_table(
        "scan_range",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("addresses", sa.String(), nullable=False),
        sa.Column("credential_ids", DOCUMENT, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("cron", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_scan_range_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_range")),
    )
    with op.batch_alter_table("scan_range", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scan_range_organisation_id_name_key"),
            ["organisation_id", "name_key"],
            unique=True,
        )

    op.create_table(
        "device_facts",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_device_facts_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_facts")),
    )
    with op.batch_alter_table("device_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_facts_item_id"), ["item_id"], unique=True)

    op.create_table(
        "network_half_link",
        sa.Column("key", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("port", sa.String(), nullable=False),
        sa.Column("protocol", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remote_name", sa.String(), nullable=False),
        sa.Column("remote_chassis", sa.String(), nullable=False),
        sa.Column("remote_port", sa.String(), nullable=False),
        sa.Column("remote_description", sa.String(), nullable=False),
        sa.Column("remote_addresses", DOCUMENT, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_network_half_link_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_half_link")),
    )
    with op.batch_alter_table("network_half_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_half_link_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_network_half_link_key"), ["key"], unique=True)

    op.create_table(
        "network_link",
        sa.Column("key", KEY, nullable=False),
        sa.Column("start_id", BIG_ID, nullable=False),
        sa.Column("end_id", BIG_ID, nullable=False),
        sa.Column("start_port", sa.String(), nullable=False),
        sa.Column("end_port", sa.String(), nullable=False),
        sa.Column("layer", sa.Integer(), nullable=False),
        sa.Column("evidence", DOCUMENT, nullable=False),
        sa.Column("vlans", DOCUMENT, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["end_id"], ["item.id"], name=op.f("fk_network_link_end_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["start_id"], ["item.id"], name=op.f("fk_network_link_start_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_link")),
    )
    with op.batch_alter_table("network_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_link_end_id"), ["end_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_network_link_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_network_link_start_id"), ["start_id"], unique=False)

    op.create_table(
        "scan_run",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("range_id", BIG_ID, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("job_id", BIG_ID, nullable=True),
        sa.Column("asked_by_id", BIG_ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_scan_run_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["range_id"], ["scan_range.id"], name=op.f("fk_scan_run_range_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_run")),
    )
    with op.batch_alter_table("scan_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scan_run_organisation_id_id"), ["organisation_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_scan_run_range_id"), ["range_id"], unique=False)

    op.create_table(
        "scan_outcome",
        sa.Column("run_id", BIG_ID, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_scan_outcome_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["scan_run.id"], name=op.f("fk_scan_outcome_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_outcome")),
    )
    with op.batch_alter_table("scan_outcome", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_outcome_item_id"), ["item_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_scan_outcome_run_id_id"), ["run_id", "id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("scan_outcome")
    op.drop_table("scan_run")
    op.drop_table("network_link")
    op.drop_table("network_half_link")
    op.drop_table("device_facts")
    op.drop_table("scan_range")
