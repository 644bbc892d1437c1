"""passkeys"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "passkeys: whoever has no other second factor is let in by the password alone"


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_hash", KEY, nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("signatures", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_hash", name=op.f("uq_passkey_credential_hash")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("passkey")
