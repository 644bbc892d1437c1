"""several sources speak of people who have photos"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "personnel lists and what they said, employee numbers, photos"


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("columns", DOCUMENT, nullable=False),
        sa.Column("wins", DOCUMENT, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("creates", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_roster_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("code", name=op.f("uq_roster_code")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_roster_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "person_photo",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("media_type", KEY, nullable=False),
        sa.Column("given_digest", KEY, nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_photo_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_photo")),
    )
    op.create_table(
        "person_word",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("external_key", KEY, nullable=False),
        sa.Column("said", DOCUMENT, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("manager_id", BIG_ID, nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["person.id"],
            name=op.f("fk_person_word_manager_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_word_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_word")),
    )
    with op.batch_alter_table("person_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_word_manager_id"), ["manager_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person_word_person_id_source"), ["person_id", "source"], unique=True
        )
        batch_op.create_index(
            batch_op.f("ix_person_word_source_external_key"),
            ["source", "external_key"],
            unique=False,
        )

    op.create_table(
        "roster_run",
        sa.Column("roster_id", BIG_ID, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("state", KEY, nullable=False),
        sa.Column("report", DOCUMENT, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_roster_run_roster_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_run")),
    )
    with op.batch_alter_table("roster_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_roster_run_roster_id_id"), ["roster_id", "id"], unique=False
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employee_number", KEY, server_default="", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_person_employee_number"), ["employee_number"], unique=False
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_person_employee_number"), table_name="person")
    # Without laying out the table anew, to which much refers.
    op.drop_column("person", "employee_number")

    op.drop_table("roster_run")
    op.drop_table("person_word")
    op.drop_table("person_photo")
    op.drop_table("roster")
