"""people set whose word wins and words expire"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "rules of precedence, and until when words hold"


def upgrade() -> None:
    op.create_table(
        "precedence_rule",
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("attribute", KEY, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_precedence_rule")),
    )
    with op.batch_alter_table("precedence_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_precedence_rule_class_code_attribute"),
            ["class_code", "attribute"],
            unique=True,
        )

    op.create_table(
        "word_expiry",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("attribute", KEY, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_word_expiry_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "attribute", name=op.f("pk_word_expiry")),
    )
    with op.batch_alter_table("word_expiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_word_expiry_until"), ["until"], unique=False)


def downgrade() -> None:
    op.drop_table("word_expiry")
    op.drop_table("precedence_rule")
