"""what people hold of an items part in a problem"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "which items of fault trees are suspected, ruled out or confirmed, by whom and why"


def upgrade() -> None:
    op.create_table(
        "problem_verdict",
        sa.Column("problem_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("verdict", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_problem_verdict_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_problem_verdict_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_problem_verdict_problem_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_verdict")),
    )
    op.create_index(op.f("ix_problem_verdict_item_id"), "problem_verdict", ["item_id"])
    op.create_index(
        op.f("ix_problem_verdict_problem_id_id"), "problem_verdict", ["problem_id", "id"]
    )


def downgrade() -> None:
    op.drop_table("problem_verdict")
