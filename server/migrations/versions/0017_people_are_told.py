"""people are told"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what people were told, and how they want to be told"


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("event_key", KEY, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("mail_state", KEY, nullable=False),
        sa.Column("deliver_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notification_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "event_key", "person_id", name=op.f("uq_notification_event_key_person_id")
        ),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notification_mail_state_deliver_at_id"),
            ["mail_state", "deliver_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_notification_person_id_id"), ["person_id", "id"], unique=False
        )

    op.create_table(
        "notification_preference",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("mail", KEY, nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("digest_at", sa.Integer(), nullable=False),
        sa.Column("muted", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notification_preference_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_preference")),
    )


def downgrade() -> None:
    op.drop_table("notification_preference")
    op.drop_table("notification")
