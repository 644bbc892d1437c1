"""mail that becomes tickets"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "mailboxes, and which letters came in through them; what they became stays"


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_key", KEY, nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", KEY, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("sealed_password", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("done_folder", sa.String(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("category", KEY, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("strangers", KEY, nullable=False),
        sa.Column("watch_copied", sa.Boolean(), nullable=False),
        sa.Column("trusted_server", sa.String(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("uid_validity", BIG_ID, nullable=True),
        sa.Column("last_uid", BIG_ID, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["party_group.id"], name=op.f("fk_mailbox_group_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mailbox_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("name_key", name=op.f("uq_mailbox_name_key")),
    )
    for column in ("organisation_id", "address_key"):
        op.create_index(op.f(f"ix_mailbox_{column}"), "mailbox", [column])
    op.create_table(
        "letter",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("mailbox_id", BIG_ID, nullable=True),
        sa.Column("uid_validity", BIG_ID, nullable=False),
        sa.Column("uid", BIG_ID, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("from_address", sa.String(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stored_name", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("entry_id", BIG_ID, nullable=True),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_letter_organisation_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_letter_{column}"), ondelete="SET NULL"
            )
            for column, table in (
                ("mailbox_id", "mailbox"),
                ("ticket_id", "ticket"),
                ("entry_id", "ticket_entry"),
                ("person_id", "person"),
                ("decided_by_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    for columns in (["mailbox_id", "uid_validity", "uid"], ["mailbox_id", "digest"]):
        name = op.f(f"ix_letter_{'_'.join(columns)}")
        op.create_index(name, "letter", columns, unique=True)
    for columns in (
        ["state", "id"],
        ["organisation_id", "state", "id"],
        ["ticket_id"],
        ["entry_id"],
        ["message_id"],
        ["person_id"],
        ["decided_at"],
    ):
        op.create_index(op.f(f"ix_letter_{'_'.join(columns)}"), "letter", columns)


def downgrade() -> None:
    op.drop_table("letter")
    op.drop_table("mailbox")
