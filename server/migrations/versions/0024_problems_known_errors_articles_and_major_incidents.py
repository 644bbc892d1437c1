"""problems known errors articles and major incidents"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "problems, known errors, articles and major incidents"


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("reference", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("whys", DOCUMENT, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("workaround", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("published", KEY, nullable=False),
        sa.Column("match_model", sa.String(), nullable=False),
        sa.Column("match_software", KEY, nullable=False),
        sa.Column("match_below", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_problem_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_problem_created_by_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["party_group.id"], name=op.f("fk_problem_group_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_problem_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint("reference", name=op.f("uq_problem_reference")),
    )
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_problem_is_open_priority_id"),
            ["is_open", "priority", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_problem_organisation_id_is_open_id"),
            ["organisation_id", "is_open", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_problem_published_is_open"), ["published", "is_open"], unique=False
        )

    op.create_table(
        "knowledge_article",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("audience", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("problem_id", BIG_ID, nullable=True),
        sa.Column("ticket_reference", KEY, nullable=False),
        sa.Column("stems", sa.String(), nullable=False),
        sa.Column("review_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_knowledge_article_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_knowledge_article_problem_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_knowledge_article_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_article")),
    )
    with op.batch_alter_table("knowledge_article", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_article_problem_id"), ["problem_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_knowledge_article_state_updated_at"),
            ["state", "updated_at"],
            unique=False,
        )

    op.create_table(
        "major_incident",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("declared_by_id", BIG_ID, nullable=True),
        sa.Column("manager_id", BIG_ID, nullable=True),
        sa.Column("technical_id", BIG_ID, nullable=True),
        sa.Column("communications_id", BIG_ID, nullable=True),
        sa.Column("bridge", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("lessons", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["communications_id"], ["person.id"], name=op.f("fk_major_incident_communications_id")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_major_incident_declared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_major_incident_manager_id")
        ),
        sa.ForeignKeyConstraint(
            ["technical_id"], ["person.id"], name=op.f("fk_major_incident_technical_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_major_incident_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_major_incident")),
    )
    with op.batch_alter_table("major_incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_major_incident_ended_at_declared_at"),
            ["ended_at", "declared_at"],
            unique=False,
        )

    op.create_table(
        "problem_entry",
        sa.Column("problem_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_problem_entry_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_problem_entry_problem_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_entry")),
    )
    with op.batch_alter_table("problem_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_problem_entry_problem_id_id"), ["problem_id", "id"], unique=False
        )

    op.create_table(
        "problem_item",
        sa.Column("problem_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("is_cause", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_problem_item_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_problem_item_problem_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("problem_id", "item_id", name=op.f("pk_problem_item")),
    )
    with op.batch_alter_table("problem_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_problem_item_item_id_problem_id"),
            ["item_id", "problem_id"],
            unique=False,
        )

    op.create_table(
        "problem_ticket",
        sa.Column("problem_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_problem_ticket_problem_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_problem_ticket_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("problem_id", "ticket_id", name=op.f("pk_problem_ticket")),
    )
    with op.batch_alter_table("problem_ticket", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_problem_ticket_ticket_id_problem_id"),
            ["ticket_id", "problem_id"],
            unique=False,
        )

    op.create_table(
        "knowledge_version",
        sa.Column("article_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["knowledge_article.id"],
            name=op.f("fk_knowledge_version_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_knowledge_version_person_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "version", name=op.f("pk_knowledge_version")),
    )
    op.create_table(
        "major_update",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_major_update_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["major_incident.ticket_id"],
            name=op.f("fk_major_update_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_update")),
    )
    with op.batch_alter_table("major_update", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_major_update_ticket_id_id"), ["ticket_id", "id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("major_update")
    op.drop_table("knowledge_version")
    op.drop_table("problem_ticket")
    op.drop_table("problem_item")
    op.drop_table("problem_entry")
    op.drop_table("major_incident")
    op.drop_table("knowledge_article")
    op.drop_table("problem")
