"""runs of imports and what became of each line"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what became of imports, and their undo"


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("stored_name", KEY, nullable=False),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("mapping", DOCUMENT, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_run_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_run_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_run_organisation_id_id"), ["organisation_id", "id"], unique=False
        )

    op.create_table(
        "import_line",
        sa.Column("run_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("problems", DOCUMENT, nullable=False),
        sa.Column("before", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_line_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_line")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("import_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_line_run_id_outcome_number"),
            ["run_id", "outcome", "number"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("import_line")
    op.drop_table("import_run")
