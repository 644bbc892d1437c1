"""a second name to sign in with"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import KEY

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "names of Active Directory to sign in with; the next whole read brings them back"


def upgrade() -> None:
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("principal_key", KEY, nullable=True))
        batch_op.create_index(
            batch_op.f("ix_directory_entry_principal_key"), ["principal_key"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_entry_principal_key"))
        batch_op.drop_column("principal_key")
