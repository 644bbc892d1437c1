"""measurements of health and campaigns of attestation"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "measurements of health, and what owners have confirmed"


def upgrade() -> None:
    op.create_table(
        "health_run",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_run")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "item_health",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("missing_required", sa.Integer(), nullable=False),
        sa.Column("missing_recommended", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("orphan", sa.Boolean(), nullable=False),
        sa.Column("ownerless", sa.Boolean(), nullable=False),
        sa.Column("twins", sa.Integer(), nullable=False),
        sa.Column("stale_relations", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("contradicted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_health")),
    )
    with op.batch_alter_table("item_health", schema=None) as batch_op:
        batch_op.create_index(
            "ix_item_health_contradicted",
            ["item_id"],
            unique=False,
            sqlite_where=sa.text("contradicted > 0"),
            postgresql_where=sa.text("contradicted > 0"),
        )
        batch_op.create_index(
            "ix_item_health_duplicates",
            ["item_id"],
            unique=False,
            sqlite_where=sa.text("twins > 0"),
            postgresql_where=sa.text("twins > 0"),
        )
        batch_op.create_index(
            "ix_item_health_relations",
            ["item_id"],
            unique=False,
            sqlite_where=sa.text("stale_relations > 0"),
            postgresql_where=sa.text("stale_relations > 0"),
        )
        batch_op.create_index(
            "ix_item_health_required",
            ["item_id"],
            unique=False,
            sqlite_where=sa.text("missing_required > 0"),
            postgresql_where=sa.text("missing_required > 0"),
        )

    op.create_table(
        "attestation_campaign",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_attestation_campaign_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation_campaign")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attestation_campaign", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attestation_campaign_organisation_id_id"),
            ["organisation_id", "id"],
            unique=False,
        )

    op.create_table(
        "health_figure",
        sa.Column("run_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("organisation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("owner", KEY, nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("required_filled", sa.Integer(), nullable=False),
        sa.Column("recommended", sa.Integer(), nullable=False),
        sa.Column("recommended_filled", sa.Integer(), nullable=False),
        sa.Column("watched", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("orphans", sa.Integer(), nullable=False),
        sa.Column("ownerless", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("relations", sa.Integer(), nullable=False),
        sa.Column("stale_relations", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("contradicted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["health_run.id"], name=op.f("fk_health_figure_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "organisation_id", "class_code", "owner", name=op.f("pk_health_figure")
        ),
    )
    op.create_table(
        "health_source",
        sa.Column("run_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("organisation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["health_run.id"], name=op.f("fk_health_source_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "organisation_id", "class_code", "source", name=op.f("pk_health_source")
        ),
    )
    op.create_table(
        "attestation",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("answer", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["attestation_campaign.id"],
            name=op.f("fk_attestation_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_attestation_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_attestation_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attestation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attestation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attestation_campaign_id_item_id"),
            ["campaign_id", "item_id"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_attestation_group_id_answer_id"),
            ["group_id", "answer", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_attestation_item_id_answered_at"),
            ["item_id", "answered_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_attestation_person_id_answer_id"),
            ["person_id", "answer", "id"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("attestation")
    op.drop_table("health_source")
    op.drop_table("health_figure")
    op.drop_table("attestation_campaign")
    op.drop_table("item_health")
    op.drop_table("health_run")
