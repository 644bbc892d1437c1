"""stored sweeps of impact"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, MOMENT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "the stored sweeps of impact, until the next night"


def upgrade() -> None:
    op.create_table(
        "impact_sweep",
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("built_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_sweep")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "impact_blast",
        sa.Column("sweep_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"],
            ["impact_sweep.id"],
            name=op.f("fk_impact_blast_sweep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sweep_id", "item_id", name=op.f("pk_impact_blast")),
    )
    with op.batch_alter_table("impact_blast", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_impact_blast_sweep_id_down_item_id"),
            ["sweep_id", "down", "item_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_impact_blast_sweep_id_services_item_id"),
            ["sweep_id", "services", "item_id"],
            unique=False,
        )

    op.create_table(
        "impact_service",
        sa.Column("sweep_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("suppliers", sa.Integer(), nullable=False),
        sa.Column("single_points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"],
            ["impact_sweep.id"],
            name=op.f("fk_impact_service_sweep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sweep_id", "item_id", name=op.f("pk_impact_service")),
    )
    op.create_table(
        "impact_single_point",
        sa.Column("sweep_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("service_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("cause_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"],
            ["impact_sweep.id"],
            name=op.f("fk_impact_single_point_sweep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "sweep_id", "service_id", "cause_id", name=op.f("pk_impact_single_point")
        ),
    )
    with op.batch_alter_table("impact_single_point", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_impact_single_point_sweep_id_cause_id"),
            ["sweep_id", "cause_id"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("impact_single_point")
    op.drop_table("impact_service")
    op.drop_table("impact_blast")
    op.drop_table("impact_sweep")
