"""announcements of planned work and outages"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "announcements, whom they reached and what was said"


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("concerned", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("workaround", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("expected_end_at", MOMENT, nullable=True),
        sa.Column("audience", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_announcement_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_announcement_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcement_organisation_id_state_starts_at"),
            ["organisation_id", "state", "starts_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_announcement_source"), ["source"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_announcement_state_starts_at_id"),
            ["state", "starts_at", "id"],
            unique=False,
        )

    op.create_table(
        "announcement_item",
        sa.Column("announcement_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_item_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_announcement_item_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("announcement_id", "item_id", name=op.f("pk_announcement_item")),
    )
    with op.batch_alter_table("announcement_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcement_item_item_id_announcement_id"),
            ["item_id", "announcement_id"],
            unique=False,
        )

    op.create_table(
        "announcement_person",
        sa.Column("announcement_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_person_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_announcement_person_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "announcement_id", "person_id", name=op.f("pk_announcement_person")
        ),
    )
    with op.batch_alter_table("announcement_person", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcement_person_person_id_announcement_id"),
            ["person_id", "announcement_id"],
            unique=False,
        )

    op.create_table(
        "announcement_update",
        sa.Column("announcement_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("expected_end_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_update_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_announcement_update_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_update")),
    )
    with op.batch_alter_table("announcement_update", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcement_update_announcement_id_id"),
            ["announcement_id", "id"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("announcement_update")
    op.drop_table("announcement_person")
    op.drop_table("announcement_item")
    op.drop_table("announcement")
