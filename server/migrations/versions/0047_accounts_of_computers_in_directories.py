"""accounts of computers in directories"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which computers directories hold, and how they are read; what became of it on items stays"


def upgrade() -> None:
    with op.batch_alter_table("directory", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("computer_base", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("computer_filter", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("computer_items", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        "directory_computer",
        sa.Column("directory_id", BIG_ID, nullable=False),
        sa.Column("external_id", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("dn", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("fqdn", KEY, nullable=False),
        sa.Column("os", sa.String(), nullable=False),
        sa.Column("os_version", sa.String(), nullable=False),
        sa.Column("last_logon", sa.Date(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("why", KEY, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_directory_computer_directory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_directory_computer_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_computer")),
    )
    op.create_index(
        op.f("ix_directory_computer_directory_id_external_id"),
        "directory_computer",
        ["directory_id", "external_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_directory_computer_directory_id_name_key_id"),
        "directory_computer",
        ["directory_id", "name_key", "id"],
    )
    op.create_index(
        op.f("ix_directory_computer_organisation_id"), "directory_computer", ["organisation_id"]
    )


def downgrade() -> None:
    op.drop_table("directory_computer")
    with op.batch_alter_table("directory", schema=None) as batch_op:
        batch_op.drop_column("computer_items")
        batch_op.drop_column("computer_filter")
        batch_op.drop_column("computer_base")
