"""collectors do scans at remote sites"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "collectors, what they were to do, and which ranges are theirs"

#: Tables whose rows say which collector they are for.
_WITH_COLLECTOR = ("probe", "scan_range", "scan_run")


def upgrade() -> None:
    op.create_table(
        "collector",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("token_expires_at", MOMENT, nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", KEY, nullable=False),
        sa.Column("hostname", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("enrolled_at", MOMENT, nullable=True),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_collector_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector")),
    )
    op.create_index(
        op.f("ix_collector_organisation_id_name_key"),
        "collector",
        ["organisation_id", "name_key"],
        unique=True,
    )
    op.create_index(op.f("ix_collector_key_hash"), "collector", ["key_hash"], unique=True)
    op.create_index(op.f("ix_collector_token_hash"), "collector", ["token_hash"], unique=True)
    op.create_table(
        "collector_errand",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("collector_id", BIG_ID, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["collector_id"],
            ["collector.id"],
            name=op.f("fk_collector_errand_collector_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector_errand")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_collector_errand_collector_id_id"), "collector_errand", ["collector_id", "id"]
    )
    for table in _WITH_COLLECTOR:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("collector_id", BIG_ID, nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_collector_id"), "collector", ["collector_id"], ["id"]
            )


def downgrade() -> None:
    for table in _WITH_COLLECTOR:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_collector_id"), type_="foreignkey")
            batch_op.drop_column("collector_id")
    op.drop_table("collector_errand")
    op.drop_table("collector")
