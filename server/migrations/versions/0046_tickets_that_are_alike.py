"""tickets that are alike"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which tickets are alike; a job compares open ones anew"


def upgrade() -> None:
    op.create_table(
        "ticket_likeness",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("other_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_likeness_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_likeness_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_likeness")),
    )
    op.create_index(op.f("ix_ticket_likeness_other_id"), "ticket_likeness", ["other_id"])


def downgrade() -> None:
    op.drop_table("ticket_likeness")
    # Else whoever comes up again finds all of them compared.
    op.execute("DELETE FROM search_mark WHERE kind = 'likeness'")
