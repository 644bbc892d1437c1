"""advisories and what they mean"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "the advisories that were brought"


def upgrade() -> None:
    op.create_table(
        "advisory",
        sa.Column("feed", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("aliases", DOCUMENT, nullable=False),
        sa.Column("severity", KEY, nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("advisory", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_advisory_feed_code"), ["feed", "code"], unique=True)
        batch_op.create_index(batch_op.f("ix_advisory_rank_id"), ["rank", "id"], unique=False)

    op.create_table(
        "advisory_progress",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("last_release_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_progress")),
    )
    op.create_table(
        "advisory_match",
        sa.Column("advisory_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("release_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("system", KEY, nullable=False),
        sa.Column("system_release", KEY, nullable=False),
        sa.Column("fixed", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"],
            ["advisory.id"],
            name=op.f("fk_advisory_match_advisory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "advisory_id", "release_id", "system", "system_release", name=op.f("pk_advisory_match")
        ),
    )
    with op.batch_alter_table("advisory_match", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_advisory_match_release_id"), ["release_id"], unique=False
        )

    op.create_table(
        "advisory_range",
        sa.Column("advisory_id", BIG_ID, nullable=False),
        sa.Column("ecosystem", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("introduced", sa.String(), nullable=False),
        sa.Column("fixed", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("system", KEY, nullable=False),
        sa.Column("release", KEY, nullable=False),
        sa.Column("exact", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["advisory_id"],
            ["advisory.id"],
            name=op.f("fk_advisory_range_advisory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_range")),
    )
    with op.batch_alter_table("advisory_range", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_advisory_range_advisory_id"), ["advisory_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_advisory_range_ecosystem_name"), ["ecosystem", "name"], unique=False
        )


def downgrade() -> None:
    op.drop_table("advisory_range")
    op.drop_table("advisory_match")
    op.drop_table("advisory_progress")
    op.drop_table("advisory")
