"""changes are planned whole"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "what changes plan for the register, rounds of approval, the calendar and what was verified"


def upgrade() -> None:
    op.create_table(
        "approval_deputy",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("deputy_id", BIG_ID, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_approval_deputy_runs_forward")),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["person.id"], name=op.f("fk_approval_deputy_deputy_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_approval_deputy_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_deputy")),
    )
    with op.batch_alter_table("approval_deputy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_deputy_deputy_id_ends_at"),
            ["deputy_id", "ends_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_approval_deputy_person_id_ends_at"),
            ["person_id", "ends_at"],
            unique=False,
        )

    op.create_table(
        "approval_rule",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("class_code", KEY, nullable=True),
        sa.Column("environment", KEY, nullable=True),
        sa.Column("max_criticality", sa.Integer(), nullable=True),
        sa.Column("min_risk", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("quorum", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("is_board", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_approval_rule_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_approval_rule_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_approval_rule_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_approval_rule_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rule")),
    )
    with op.batch_alter_table("approval_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_rule_organisation_id_id"),
            ["organisation_id", "id"],
            unique=False,
        )

    op.create_table(
        "board_meeting",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_board_meeting_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_board_meeting_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_meeting")),
    )
    with op.batch_alter_table("board_meeting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_board_meeting_organisation_id_starts_at_id"),
            ["organisation_id", "starts_at", "id"],
            unique=False,
        )

    op.create_table(
        "calendar_feed",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_person_id"), ["person_id"], unique=False)

    op.create_table(
        "calendar_window",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("repeats", KEY, nullable=False),
        sa.Column("time_zone", KEY, nullable=False),
        sa.Column("item_ids", DOCUMENT, nullable=False),
        sa.Column("class_codes", DOCUMENT, nullable=False),
        sa.Column("service_ids", DOCUMENT, nullable=False),
        sa.Column("site_ids", DOCUMENT, nullable=False),
        sa.Column("suspended_at", MOMENT, nullable=True),
        sa.Column("suspended_by_id", BIG_ID, nullable=True),
        sa.Column("suspended_reason", sa.String(), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_calendar_window_runs_forward")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_calendar_window_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_calendar_window_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["suspended_by_id"], ["person.id"], name=op.f("fk_calendar_window_suspended_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_window")),
    )
    with op.batch_alter_table("calendar_window", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calendar_window_organisation_id_kind_ends_at"),
            ["organisation_id", "kind", "ends_at"],
            unique=False,
        )

    op.create_table(
        "change_template",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("plan", DOCUMENT, nullable=False),
        sa.Column("class_codes", DOCUMENT, nullable=False),
        sa.Column("max_risk", sa.Integer(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("approved_by_id", BIG_ID, nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_change_template_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_change_template_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_change_template_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_template")),
    )
    with op.batch_alter_table("change_template", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_template_organisation_id_name_key_id"),
            ["organisation_id", "name_key", "id"],
            unique=False,
        )

    op.create_table(
        "change_watch",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("class_code", KEY, nullable=True),
        sa.Column("subjects", DOCUMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_up_to", BIG_ID, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_change_watch_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_change_watch_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_change_watch_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_watch")),
    )
    with op.batch_alter_table("change_watch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_watch_organisation_id_id"),
            ["organisation_id", "id"],
            unique=False,
        )

    op.create_table(
        "release",
        sa.Column("reference", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("product", KEY, nullable=False),
        sa.Column("target_version", KEY, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_release_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_release_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("reference", name=op.f("uq_release_reference")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_release_organisation_id_id"), ["organisation_id", "id"], unique=False
        )

    op.create_table(
        "unauthorized_change",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("history_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_unauthorized_change_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
            name=op.f("fk_unauthorized_change_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_unauthorized_change_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_unauthorized_change_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unauthorized_change")),
        sa.UniqueConstraint("history_id", name=op.f("uq_unauthorized_change_history_id")),
    )
    with op.batch_alter_table("unauthorized_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unauthorized_change_item_id"), ["item_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_unauthorized_change_organisation_id_state_id"),
            ["organisation_id", "state", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_unauthorized_change_state_id"), ["state", "id"], unique=False
        )

    op.create_table(
        "agenda_point",
        sa.Column("meeting_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("change_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("decision", KEY, nullable=False),
        sa.Column("seen", KEY, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("detail", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_agenda_point_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_agenda_point_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["board_meeting.id"],
            name=op.f("fk_agenda_point_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting_id", "change_id", name=op.f("pk_agenda_point")),
    )
    with op.batch_alter_table("agenda_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_point_change_id"), ["change_id"], unique=False)

    op.create_table(
        "change_finding",
        sa.Column("change_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("verdict", KEY, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("history_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_change_finding_change_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_change_finding_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_finding")),
    )
    with op.batch_alter_table("change_finding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_finding_change_id_id"), ["change_id", "id"], unique=False
        )

    op.create_table(
        "change_incident",
        sa.Column("change_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_change_incident_change_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_change_incident_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "ticket_id", name=op.f("pk_change_incident")),
    )
    with op.batch_alter_table("change_incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_incident_ticket_id"), ["ticket_id"], unique=False
        )

    op.create_table(
        "change_round",
        sa.Column("change_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("graph_sequence", BIG_ID, nullable=True),
        sa.Column("impact", DOCUMENT, nullable=False),
        sa.Column("demands", DOCUMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("voided_by_id", BIG_ID, nullable=True),
        sa.Column("voided_for", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_round_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["voided_by_id"], ["person.id"], name=op.f("fk_change_round_voided_by_id")
        ),
        sa.PrimaryKeyConstraint("change_id", "round", name=op.f("pk_change_round")),
    )
    op.create_table(
        "change_task",
        sa.Column("change_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("phase", KEY, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_task_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_change_task_done_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_change_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_task")),
    )
    with op.batch_alter_table("change_task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_task_change_id_position"), ["change_id", "position"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_change_task_owner_id_change_id"), ["owner_id", "change_id"], unique=False
        )

    op.create_table(
        "planned_difference",
        sa.Column("change_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=True),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_planned_difference_change_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_planned_difference_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["item.id"],
            name=op.f("fk_planned_difference_other_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_difference")),
    )
    with op.batch_alter_table("planned_difference", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_planned_difference_change_id_position"),
            ["change_id", "position"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_planned_difference_item_id"), ["item_id"], unique=False
        )

    op.create_table(
        "approval_link",
        sa.Column("approval_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["change_approval.id"],
            name=op.f("fk_approval_link_approval_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_approval_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_approval_link_secret_hash")),
    )
    with op.batch_alter_table("approval_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_link_approval_id"), ["approval_id"], unique=False
        )

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verification", KEY, server_default="", nullable=False))
        batch_op.add_column(sa.Column("verified_at", MOMENT, nullable=True))
        batch_op.add_column(
            sa.Column("incident_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("template_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("release_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("answers", DOCUMENT, nullable=True))
        batch_op.add_column(sa.Column("started_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("finished_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("applied_at", MOMENT, nullable=True))
        batch_op.create_index(batch_op.f("ix_change_release_id"), ["release_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_change_release_id"), "release", ["release_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_change_template_id"), "change_template", ["template_id"], ["id"]
        )

    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("replaces_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("decided_by_way", KEY, server_default="page", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_change_approval_decision_due_at"), ["decision", "due_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("change_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_approval_decision_due_at"))
        batch_op.drop_column("decided_by_way")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("due_at")

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_change_template_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_change_release_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_change_release_id"))
        batch_op.drop_column("applied_at")
        batch_op.drop_column("finished_at")
        batch_op.drop_column("started_at")
        batch_op.drop_column("answers")
        batch_op.drop_column("release_id")
        batch_op.drop_column("template_id")
        batch_op.drop_column("incident_count")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("verification")

    op.drop_table("approval_link")
    op.drop_table("planned_difference")
    op.drop_table("change_task")
    op.drop_table("change_round")
    op.drop_table("change_incident")
    op.drop_table("change_finding")
    op.drop_table("agenda_point")
    op.drop_table("unauthorized_change")
    op.drop_table("release")
    op.drop_table("change_watch")
    op.drop_table("change_template")
    op.drop_table("calendar_window")
    op.drop_table("calendar_feed")
    op.drop_table("board_meeting")
    op.drop_table("approval_rule")
    op.drop_table("approval_deputy")
