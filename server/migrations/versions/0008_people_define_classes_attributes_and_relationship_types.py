"""people define classes attributes and relationship types"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "classes, attributes and relationship types that people defined"


def upgrade() -> None:
    op.create_table(
        "model_entry",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("kind", "code", name=op.f("pk_model_entry")),
        sa.UniqueConstraint("number", name=op.f("uq_model_entry_number")),
    )
    op.create_table(
        "model_version",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("entries", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("model_version")
    op.drop_table("model_entry")
