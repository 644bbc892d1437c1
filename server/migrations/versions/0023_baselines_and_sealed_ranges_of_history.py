"""baselines and sealed ranges of history"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "baselines, and the seals of history"


def upgrade() -> None:
    op.create_table(
        "history_range",
        sa.Column("first_entry_id", BIG_ID, nullable=False),
        sa.Column("last_entry_id", BIG_ID, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_range")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history_range", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_range_last_at"), ["last_at"], unique=False)

    op.create_table(
        "history_retention",
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_retention")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "baseline",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("drifted_at", MOMENT, nullable=True),
        sa.Column("drifted", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_baseline_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_baseline_organisation_id_id"), ["organisation_id", "id"], unique=False
        )

    op.create_table(
        "baseline_item",
        sa.Column("baseline_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("relations", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["baseline.id"],
            name=op.f("fk_baseline_item_baseline_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("baseline_id", "item_id", name=op.f("pk_baseline_item")),
    )


def downgrade() -> None:
    op.drop_table("baseline_item")
    op.drop_table("baseline")
    op.drop_table("history_retention")
    op.drop_table("history_range")
