"""directory rules, second factors and identity providers"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "rules of directories, second factors and identity providers"


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("login_claim", sa.String(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_identity_provider_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("code", name=op.f("uq_identity_provider_code")),
    )
    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_provider_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "directory_rule",
        sa.Column("directory_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_pattern", sa.String(), nullable=False),
        sa.Column("role_id", BIG_ID, nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_directory_rule_directory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_directory_rule_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_directory_rule_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_rule")),
    )
    with op.batch_alter_table("directory_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_rule_directory_id"), ["directory_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_directory_rule_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_directory_rule_role_id"), ["role_id"], unique=False)

    op.create_table(
        "external_identity",
        sa.Column("provider_id", BIG_ID, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_external_identity_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_provider.id"],
            name=op.f("fk_external_identity_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
    )
    with op.batch_alter_table("external_identity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_external_identity_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_external_identity_provider_id_subject"),
            ["provider_id", "subject"],
            unique=True,
        )

    op.create_table(
        "pending_sign_in",
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("provider_id", BIG_ID, nullable=True),
        sa.Column("expected", DOCUMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_pending_sign_in_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_provider.id"],
            name=op.f("fk_pending_sign_in_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_pending_sign_in_secret_hash")),
    )
    with op.batch_alter_table("pending_sign_in", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pending_sign_in_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pending_sign_in_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pending_sign_in_provider_id"), ["provider_id"], unique=False
        )

    op.create_table(
        "recovery_code",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("code_hash", KEY, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_recovery_code_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "second_factor",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_second_factor_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_second_factor_person_id")),
    )
    op.create_table(
        "directory_rule_grant",
        sa.Column("rule_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("grant_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["role_grant.id"],
            name=op.f("fk_directory_rule_grant_grant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["directory_rule.id"],
            name=op.f("fk_directory_rule_grant_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "grant_id", name=op.f("pk_directory_rule_grant")),
    )


def downgrade() -> None:
    op.drop_table("directory_rule_grant")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_table("pending_sign_in")
    op.drop_table("external_identity")
    op.drop_table("directory_rule")
    op.drop_table("identity_provider")
