"""mailboxes that sign in by OAuth 2"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import KEY

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "how mailboxes sign in by OAuth 2; those are switched off"

_COLUMNS = (
    ("sign_in", KEY, "password"),
    ("token_grant", KEY, "client_credentials"),
    ("token_url", sa.String(), ""),
    ("client_id", sa.String(), ""),
    ("scope", sa.String(), ""),
    ("sealed_client_secret", sa.String(), ""),
    ("sealed_refresh_token", sa.String(), ""),
)


def upgrade() -> None:
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        for name, kind, usual in _COLUMNS:
            batch_op.add_column(sa.Column(name, kind, server_default=usual, nullable=False))


def downgrade() -> None:
    # Below, they would be asked for a password that nobody has.
    mailbox = sa.table("mailbox", sa.column("sign_in"), sa.column("is_active", sa.Boolean()))
    switched_off = mailbox.update().where(mailbox.c.sign_in == "oauth").values(is_active=False)
    op.execute(switched_off)
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        for name, _, _ in reversed(_COLUMNS):
            batch_op.drop_column(name)
