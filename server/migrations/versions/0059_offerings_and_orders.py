"""offerings and orders"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "the catalogue of requests, and what orders said; their tickets stay"


def upgrade() -> None:
    op.create_table(
        "offering",
        sa.Column("code", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("for_everyone", sa.Boolean(), nullable=False),
        sa.Column("stems", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", BIG_ID, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_offering_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_offering_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["person.id"], name=op.f("fk_offering_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
        sa.UniqueConstraint("code", name=op.f("uq_offering_code")),
    )
    with op.batch_alter_table("offering", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offering_state_name_key_id"), ["state", "name_key", "id"], unique=False
        )

    op.create_table(
        "offering_audience",
        sa.Column("offering_id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(group_id IS NULL) <> (organisation_id IS NULL)",
            name=op.f("ck_offering_audience_one_party"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_offering_audience_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offering.id"],
            name=op.f("fk_offering_audience_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_offering_audience_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering_audience")),
    )
    with op.batch_alter_table("offering_audience", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offering_audience_offering_id"), ["offering_id"], unique=False
        )

    op.create_table(
        "offering_version",
        sa.Column("offering_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offering.id"],
            name=op.f("fk_offering_version_offering_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_offering_version_person_id")
        ),
        sa.PrimaryKeyConstraint("offering_id", "version", name=op.f("pk_offering_version")),
    )
    op.create_table(
        "order_file",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stored_name", KEY, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_order_file_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_order_file_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_file")),
    )
    with op.batch_alter_table("order_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_file_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_order_file_person_id_id"), ["person_id", "id"], unique=False
        )

    op.create_table(
        "service_order",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("offering_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("ordered_by_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offering.id"], name=op.f("fk_service_order_offering_id")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["person.id"], name=op.f("fk_service_order_ordered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_service_order_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_service_order")),
    )
    with op.batch_alter_table("service_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_service_order_offering_id_ticket_id"),
            ["offering_id", "ticket_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_service_order_state_ticket_id"), ["state", "ticket_id"], unique=False
        )

    op.create_table(
        "order_approval",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("role", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("decision", KEY, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_order_approval_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_order_approval_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_order_approval_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_order_approval_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_order_approval_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["service_order.ticket_id"],
            name=op.f("fk_order_approval_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_approval")),
    )
    with op.batch_alter_table("order_approval", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_approval_decision_reminded_at"),
            ["decision", "reminded_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_order_approval_group_id_decision"),
            ["group_id", "decision"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_order_approval_person_id_decision"),
            ["person_id", "decision"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_order_approval_ticket_id_step"), ["ticket_id", "step"], unique=False
        )

    op.create_table(
        "order_task",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("task_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_order_task_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_order_task_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["ticket_task.id"], name=op.f("fk_order_task_task_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["service_order.ticket_id"],
            name=op.f("fk_order_task_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "code", name=op.f("pk_order_task")),
    )
    with op.batch_alter_table("order_task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_task_group_id_released_at"),
            ["group_id", "released_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_order_task_task_id"), ["task_id"], unique=False)


def downgrade() -> None:
    op.drop_table("order_task")
    op.drop_table("order_approval")
    op.drop_table("service_order")
    op.drop_table("order_file")
    op.drop_table("offering_version")
    op.drop_table("offering_audience")
    op.drop_table("offering")
