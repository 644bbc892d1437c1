"""tickets have words fields links files tasks and time"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what belongs to tickets: links, files, tasks, times, own fields, ratings, templates, words"


def upgrade() -> None:
    op.create_table(
        "ticket_template",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_template")),
        sa.UniqueConstraint("code", name=op.f("uq_ticket_template_code")),
    )
    op.create_table(
        "desk_words",
        sa.Column("section", KEY, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_desk_words_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("section", name=op.f("pk_desk_words")),
    )
    op.create_table(
        "ticket_attachment",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stored_name", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_ticket_attachment_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_attachment_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_attachment")),
    )
    with op.batch_alter_table("ticket_attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_attachment_ticket_id_id"), ["ticket_id", "id"], unique=False
        )

    op.create_table(
        "ticket_link",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("other_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ticket_link_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "kind", "other_id", name=op.f("pk_ticket_link")),
    )
    with op.batch_alter_table("ticket_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_link_other_id_kind"), ["other_id", "kind"], unique=False
        )

    op.create_table(
        "ticket_task",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("checklist", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_ticket_task_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_ticket_task_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_task_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_task")),
    )
    with op.batch_alter_table("ticket_task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_task_ticket_id_position_id"),
            ["ticket_id", "position", "id"],
            unique=False,
        )

    op.create_table(
        "ticket_time",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("worked_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ticket_time_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_time_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_time")),
    )
    with op.batch_alter_table("ticket_time", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ticket_time_person_id_worked_at"),
            ["person_id", "worked_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_ticket_time_ticket_id_id"), ["ticket_id", "id"], unique=False
        )

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fields", DOCUMENT, server_default="{}", nullable=False))
        batch_op.add_column(
            sa.Column("booked_minutes", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("reopened_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("rating_text", sa.String(), server_default="", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("ticket", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("rating_text")
        batch_op.drop_column("rating")
        batch_op.drop_column("reopened_count")
        batch_op.drop_column("booked_minutes")
        batch_op.drop_column("fields")

    op.drop_table("ticket_time")
    op.drop_table("ticket_task")
    op.drop_table("ticket_link")
    op.drop_table("ticket_attachment")
    op.drop_table("desk_words")
    op.drop_table("ticket_template")
