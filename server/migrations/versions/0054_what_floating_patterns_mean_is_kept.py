"""what a licence's pattern that begins with a star means is kept"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""


def upgrade() -> None:
    with op.batch_alter_table("licence_pattern", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_until", BIG_ID, server_default="0", nullable=False))
    op.create_table(
        "licence_pattern_product",
        sa.Column("pattern_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("product_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["pattern_id"],
            ["licence_pattern.id"],
            name=op.f("fk_licence_pattern_product_pattern_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["software_product.id"],
            name=op.f("fk_licence_pattern_product_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "pattern_id", "product_id", name=op.f("pk_licence_pattern_product")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("licence_pattern_product")
    op.drop_column("licence_pattern", "seen_until")
