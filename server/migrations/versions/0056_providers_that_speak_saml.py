"""providers that speak SAML"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0056"
down_revision = "0054"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "identity providers that speak SAML, and who is linked with them"

_OF_SAML = "(SELECT id FROM identity_provider WHERE protocol = 'saml')"
_FORGET = (
    f"DELETE FROM external_identity WHERE provider_id IN {_OF_SAML}",  # noqa: S608 - a constant
    f"DELETE FROM pending_sign_in WHERE provider_id IN {_OF_SAML}",  # noqa: S608 - a constant
    "DELETE FROM identity_provider WHERE protocol = 'saml'",
)


def upgrade() -> None:
    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("protocol", KEY, server_default="openid", nullable=False),
        )
    op.create_table(
        "saml_provider",
        sa.Column("provider_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("sign_in_url", sa.String(), nullable=False),
        sa.Column("certificates", DOCUMENT, nullable=False),
        sa.Column("metadata_url", sa.String(), nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("own_certificate", sa.String(), nullable=False),
        sa.Column("sign_requests", sa.Boolean(), nullable=False),
        sa.Column("allow_unsolicited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_provider.id"],
            name=op.f("fk_saml_provider_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_saml_provider")),
    )
    op.create_table(
        "saml_answer",
        sa.Column("provider_id", BIG_ID, nullable=False),
        sa.Column("assertion_hash", KEY, nullable=False),
        sa.Column("ticket_hash", KEY, nullable=True),
        sa.Column("proven", DOCUMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_provider.id"],
            name=op.f("fk_saml_answer_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saml_answer")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_saml_answer_ticket_hash")),
    )
    op.create_index(
        op.f("ix_saml_answer_provider_id_assertion_hash"),
        "saml_answer",
        ["provider_id", "assertion_hash"],
        unique=True,
    )
    op.create_index(op.f("ix_saml_answer_expires_at"), "saml_answer", ["expires_at"])


def downgrade() -> None:
    op.drop_table("saml_answer")
    op.drop_table("saml_provider")
    for statement in _FORGET:
        op.execute(statement)
    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.drop_column("protocol")
