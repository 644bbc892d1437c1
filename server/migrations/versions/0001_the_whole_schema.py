"""the whole schema"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "everything"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("act", KEY, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("prev_hash", KEY, nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_act"), "audit_entry", ["act"], unique=False)
    op.create_index(
        op.f("ix_audit_entry_person_id_seq"), "audit_entry", ["person_id", "seq"], unique=False
    )
    op.create_index(
        op.f("ix_audit_entry_subject_seq"), "audit_entry", ["subject", "seq"], unique=False
    )
    op.create_table(
        "bulk_answer",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("idempotency_key", KEY, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_answer")),
    )
    op.create_index(op.f("ix_bulk_answer_at"), "bulk_answer", ["at"], unique=False)
    op.create_index(
        op.f("ix_bulk_answer_person_id_idempotency_key"),
        "bulk_answer",
        ["person_id", "idempotency_key"],
        unique=True,
    )
    op.create_table(
        "graph_change",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("op", KEY, nullable=False),
        sa.Column("row_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_graph_change")),
    )
    op.create_table(
        "installation",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("release_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "release_id", "source", name=op.f("pk_installation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_installation_release_id_item_id"),
        "installation",
        ["release_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "job",
        sa.Column("kind", KEY, nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("unique_key", KEY, nullable=True),
        sa.Column("idempotency_key", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("runner", KEY, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("progress", DOCUMENT, nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["run_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(op.f("ix_job_kind_id"), "job", ["kind", "id"], unique=False)
    op.create_index(
        "ix_job_lease",
        "job",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_job_running_key",
        "job",
        ["unique_key"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(op.f("ix_job_state_finished_at"), "job", ["state", "finished_at"], unique=False)
    op.create_index("uq_job_idempotency_key", "job", ["idempotency_key"], unique=True)
    op.create_index(
        "uq_job_waiting_key",
        "job",
        ["unique_key"],
        unique=True,
        sqlite_where=sa.text("state = 'queued' AND unique_key IS NOT NULL"),
        postgresql_where=sa.text("state = 'queued' AND unique_key IS NOT NULL"),
    )
    op.create_table(
        "job_runner",
        sa.Column("name", KEY, nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runner")),
    )
    op.create_table(
        "job_schedule",
        sa.Column("name", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("next_run_at", MOMENT, nullable=False),
        sa.Column("last_run_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_schedule")),
    )
    op.create_index(
        op.f("ix_job_schedule_enabled_next_run_at"),
        "job_schedule",
        ["enabled", "next_run_at"],
        unique=False,
    )
    op.create_table(
        "lease",
        sa.Column("name", KEY, nullable=False),
        sa.Column("holder", KEY, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "organisation",
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("prefix", KEY, nullable=False),
        sa.Column("last", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "role",
        sa.Column("code", KEY, nullable=False),
        sa.Column("labels", DOCUMENT, nullable=False),
        sa.Column("permissions", DOCUMENT, nullable=False),
        sa.Column("reach", KEY, nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("login_key", KEY, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_address_at"), "sign_in_attempt", ["address", "at"], unique=False
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(
        op.f("ix_sign_in_attempt_login_key_at"),
        "sign_in_attempt",
        ["login_key", "at"],
        unique=False,
    )
    op.create_table(
        "software_product",
        sa.Column("ecosystem", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_product")),
    )
    op.create_index(
        op.f("ix_software_product_ecosystem_name"),
        "software_product",
        ["ecosystem", "name"],
        unique=True,
    )
    op.create_index(op.f("ix_software_product_name"), "software_product", ["name"], unique=False)
    op.create_table(
        "contract",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("reference", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index(op.f("ix_contract_ends_on"), "contract", ["ends_on"], unique=False)
    op.create_index(
        op.f("ix_contract_organisation_id_reference"),
        "contract",
        ["organisation_id", "reference"],
        unique=True,
    )
    op.create_table(
        "directory",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("start_tls", sa.Boolean(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("base_dn", sa.String(), nullable=False),
        sa.Column("bind_dn", sa.String(), nullable=False),
        sa.Column("sealed_password", sa.String(), nullable=False),
        sa.Column("person_filter", sa.String(), nullable=False),
        sa.Column("group_filter", sa.String(), nullable=False),
        sa.Column("flavour", KEY, nullable=False),
        sa.Column("mapping", DOCUMENT, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("state", DOCUMENT, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_directory_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_code")),
    )
    op.create_table(
        "identity_review",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("observation", DOCUMENT, nullable=False),
        sa.Column("candidates", DOCUMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_identity_review_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_review")),
    )
    op.create_index(
        op.f("ix_identity_review_organisation_id_source_key"),
        "identity_review",
        ["organisation_id", "source", "key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_identity_review_resolved_at_id"),
        "identity_review",
        ["resolved_at", "id"],
        unique=False,
    )
    op.create_table(
        "item",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("class_code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("stage", KEY, nullable=False),
        sa.Column("environment", KEY, nullable=True),
        sa.Column("criticality", sa.Integer(), nullable=True),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("serial", KEY, nullable=False),
        sa.Column("location_id", BIG_ID, nullable=True),
        sa.Column("attributes", DOCUMENT, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["item.id"], name=op.f("fk_item_location_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_item_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_item_class_code_name_key_id"),
        "item",
        ["class_code", "name_key", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_item_criticality_id"), "item", ["criticality", "id"], unique=False)
    op.create_index(op.f("ix_item_last_seen_at_id"), "item", ["last_seen_at", "id"], unique=False)
    op.create_index(op.f("ix_item_location_id"), "item", ["location_id"], unique=False)
    op.create_index(op.f("ix_item_name_key_id"), "item", ["name_key", "id"], unique=False)
    op.create_index(
        op.f("ix_item_organisation_id_class_code_name_key_id"),
        "item",
        ["organisation_id", "class_code", "name_key", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_item_serial"), "item", ["serial"], unique=False)
    op.create_table(
        "organisation_closure",
        sa.Column("ancestor_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("descendant_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["organisation.id"], name=op.f("fk_organisation_closure_ancestor_id")
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_closure_descendant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "ancestor_id", "descendant_id", name=op.f("pk_organisation_closure")
        ),
    )
    op.create_index(
        op.f("ix_organisation_closure_descendant_id"),
        "organisation_closure",
        ["descendant_id"],
        unique=False,
    )
    op.create_table(
        "party_group",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_party_group_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_group")),
    )
    op.create_index(op.f("ix_party_group_name_key"), "party_group", ["name_key"], unique=False)
    op.create_index(
        op.f("ix_party_group_organisation_id_name_key"),
        "party_group",
        ["organisation_id", "name_key"],
        unique=True,
    )
    op.create_table(
        "person",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", KEY, nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("manager_id", BIG_ID, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_person_manager_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_email_key"), "person", ["email_key"], unique=False)
    op.create_index(op.f("ix_person_name_key_id"), "person", ["name_key", "id"], unique=False)
    op.create_index(
        op.f("ix_person_organisation_id_name_key_id"),
        "person",
        ["organisation_id", "name_key", "id"],
        unique=False,
    )
    op.create_table(
        "snmp_credential",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("auth_protocol", KEY, nullable=False),
        sa.Column("priv_protocol", KEY, nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_snmp_credential_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snmp_credential")),
    )
    op.create_index(
        op.f("ix_snmp_credential_organisation_id_name_key"),
        "snmp_credential",
        ["organisation_id", "name_key"],
        unique=True,
    )
    op.create_table(
        "software_release",
        sa.Column("product_id", BIG_ID, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("architecture", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["software_product.id"], name=op.f("fk_software_release_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_release")),
    )
    op.create_index(
        op.f("ix_software_release_product_id_version_architecture"),
        "software_release",
        ["product_id", "version", "architecture"],
        unique=True,
    )
    op.create_table(
        "account",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("login_key", KEY, nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_changed_at", MOMENT, nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("directory_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_sign_in_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_account_directory_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login_key", name=op.f("uq_account_login_key")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_index(op.f("ix_account_directory_id"), "account", ["directory_id"], unique=False)
    op.create_table(
        "agent",
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("hostname", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("enrolled_at", MOMENT, nullable=False),
        sa.Column("last_report_at", MOMENT, nullable=True),
        sa.Column("last_sequence", BIG_ID, nullable=False),
        sa.Column("last_boot_id", KEY, nullable=False),
        sa.Column("problems", DOCUMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_agent_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agent_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_agent_agent_id")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_agent_key_hash")),
    )
    op.create_index(op.f("ix_agent_item_id"), "agent", ["item_id"], unique=False)
    op.create_index(op.f("ix_agent_last_report_at"), "agent", ["last_report_at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("permissions", DOCUMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_api_token_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("reference", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("implementation_plan", sa.String(), nullable=False),
        sa.Column("test_plan", sa.String(), nullable=False),
        sa.Column("back_out_plan", sa.String(), nullable=False),
        sa.Column("communication_plan", sa.String(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=True),
        sa.Column("window_end", MOMENT, nullable=True),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("implementer_id", BIG_ID, nullable=True),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("risk_points", DOCUMENT, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("approval_round", sa.Integer(), nullable=False),
        sa.Column("review", sa.String(), nullable=False),
        sa.Column("graph_sequence", BIG_ID, nullable=True),
        sa.Column("down_count", sa.Integer(), nullable=False),
        sa.Column("degraded_count", sa.Integer(), nullable=False),
        sa.Column("at_risk_count", sa.Integer(), nullable=False),
        sa.Column("service_count", sa.Integer(), nullable=False),
        sa.Column("worst_criticality", sa.Integer(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "window_start IS NULL OR window_end IS NULL OR window_start < window_end",
            name=op.f("ck_change_window_runs_forward"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_change_author_id")),
        sa.ForeignKeyConstraint(
            ["implementer_id"], ["person.id"], name=op.f("fk_change_implementer_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_change_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("reference", name=op.f("uq_change_reference")),
    )
    op.create_index(op.f("ix_change_author_id_id"), "change", ["author_id", "id"], unique=False)
    op.create_index(op.f("ix_change_created_at_id"), "change", ["created_at", "id"], unique=False)
    op.create_index(
        op.f("ix_change_implementer_id_id"), "change", ["implementer_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_change_is_open_window_start_id"),
        "change",
        ["is_open", "window_start", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_change_organisation_id_is_open_id"),
        "change",
        ["organisation_id", "is_open", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_change_updated_at_id"), "change", ["updated_at", "id"], unique=False)
    op.create_index(
        op.f("ix_change_window_end_window_start"),
        "change",
        ["window_end", "window_start"],
        unique=False,
    )
    op.create_table(
        "connection",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("protocol", KEY, nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("remote_address", KEY, nullable=False),
        sa.Column("remote_port", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_connection_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
    )
    op.create_index(op.f("ix_connection_item_id"), "connection", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_connection_remote_address_remote_port"),
        "connection",
        ["remote_address", "remote_port"],
        unique=False,
    )
    op.create_table(
        "directory_entry",
        sa.Column("directory_id", BIG_ID, nullable=False),
        sa.Column("external_id", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("dn", sa.String(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_directory_entry_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_directory_entry_directory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_directory_entry_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_directory_entry_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entry")),
    )
    op.create_index(
        op.f("ix_directory_entry_directory_id_external_id"),
        "directory_entry",
        ["directory_id", "external_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_directory_entry_group_id"), "directory_entry", ["group_id"], unique=False
    )
    op.create_index(
        op.f("ix_directory_entry_person_id"), "directory_entry", ["person_id"], unique=False
    )
    op.create_table(
        "directory_run",
        sa.Column("directory_id", BIG_ID, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("state", KEY, nullable=False),
        sa.Column("report", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_directory_run_directory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_run")),
    )
    op.create_index(
        op.f("ix_directory_run_directory_id_id"),
        "directory_run",
        ["directory_id", "id"],
        unique=False,
    )
    op.create_table(
        "enrolment_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_enrolment_token_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_enrolment_token_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolment_token_token_hash")),
    )
    op.create_table(
        "fact_section",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("rows", DOCUMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_fact_section_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "source", "name", name=op.f("pk_fact_section")),
    )
    op.create_table(
        "history_entry",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("observed_at", MOMENT, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_history_entry_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    op.create_index(op.f("ix_history_entry_at"), "history_entry", ["at"], unique=False)
    op.create_index(
        op.f("ix_history_entry_item_id_id"), "history_entry", ["item_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_history_entry_other_id_id"), "history_entry", ["other_id", "id"], unique=False
    )
    op.create_table(
        "interface",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("mac", KEY, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("mtu", sa.Integer(), nullable=True),
        sa.Column("speed_mbps", sa.Integer(), nullable=True),
        sa.Column("up", sa.Boolean(), nullable=True),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_interface_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interface")),
    )
    op.create_index(
        op.f("ix_interface_item_id_source_name"),
        "interface",
        ["item_id", "source", "name"],
        unique=True,
    )
    op.create_index(op.f("ix_interface_mac"), "interface", ["mac"], unique=False)
    op.create_table(
        "item_contract",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("contract_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_item_contract_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_contract_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "contract_id", name=op.f("pk_item_contract")),
    )
    op.create_index(
        op.f("ix_item_contract_contract_id"), "item_contract", ["contract_id"], unique=False
    )
    op.create_table(
        "item_identifier",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_identifier_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "item_id", "kind", "value", "source", name=op.f("pk_item_identifier")
        ),
    )
    op.create_index(
        op.f("ix_item_identifier_kind_value_item_id"),
        "item_identifier",
        ["kind", "value", "item_id"],
        unique=False,
    )
    op.create_table(
        "item_party",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_item_party_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_item_party_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_party_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_party_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_party")),
    )
    op.create_index(
        op.f("ix_item_party_group_id_item_id"), "item_party", ["group_id", "item_id"], unique=False
    )
    op.create_index(
        op.f("ix_item_party_item_id_role"), "item_party", ["item_id", "role"], unique=False
    )
    op.create_index(
        op.f("ix_item_party_person_id_item_id"),
        "item_party",
        ["person_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "item_source",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("words", DOCUMENT, nullable=False),
        sa.Column("digests", DOCUMENT, nullable=False),
        sa.Column("readings", DOCUMENT, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_source_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_item_source_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_source")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_item_source_item_id_source"), "item_source", ["item_id", "source"], unique=False
    )
    op.create_index(
        "uq_item_source_key",
        "item_source",
        ["organisation_id", "source", "key"],
        unique=True,
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )
    op.create_table(
        "item_value",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("attribute_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text_key", KEY, nullable=True),
        sa.Column("number_key", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_value_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "attribute_id", "position", name=op.f("pk_item_value")),
    )
    op.create_index(
        "ix_item_value_number",
        "item_value",
        ["attribute_id", "number_key", "item_id"],
        unique=False,
    )
    op.create_index(
        "ix_item_value_text", "item_value", ["attribute_id", "text_key", "item_id"], unique=False
    )
    op.create_table(
        "listener",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("protocol", KEY, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_listener_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listener")),
    )
    op.create_index(op.f("ix_listener_item_id"), "listener", ["item_id"], unique=False)
    op.create_index(op.f("ix_listener_port"), "listener", ["port"], unique=False)
    op.create_table(
        "membership",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_membership_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "group_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_group_id"), "membership", ["group_id"], unique=False)
    op.create_table(
        "preference",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_preference_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_preference")),
    )
    op.create_table(
        "probe",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("credential_id", BIG_ID, nullable=True),
        sa.Column("state", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("asked_by_id", BIG_ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_probe_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["snmp_credential.id"],
            name=op.f("fk_probe_credential_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_probe_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_probe_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probe")),
    )
    op.create_index(op.f("ix_probe_item_id"), "probe", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_probe_organisation_id_id"), "probe", ["organisation_id", "id"], unique=False
    )
    op.create_table(
        "quarantined_value",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("attribute", KEY, nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_quarantined_value_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_value")),
    )
    op.create_index(
        op.f("ix_quarantined_value_item_id_source_attribute"),
        "quarantined_value",
        ["item_id", "source", "attribute"],
        unique=True,
    )
    op.create_table(
        "redundancy_group",
        sa.Column("dependant_id", BIG_ID, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("valid_from", BIG_ID, nullable=False),
        sa.Column("valid_to", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["dependant_id"],
            ["item.id"],
            name=op.f("fk_redundancy_group_dependant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redundancy_group")),
    )
    op.create_index(
        "uq_redundancy_group_live",
        "redundancy_group",
        ["dependant_id", "name"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "role_grant",
        sa.Column("role_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("class_code", KEY, nullable=True),
        sa.Column("reach", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_role_grant_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_role_grant_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_role_grant_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_group_id"), "role_grant", ["group_id"], unique=False)
    op.create_index(
        op.f("ix_role_grant_organisation_id"), "role_grant", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_index(op.f("ix_role_grant_role_id"), "role_grant", ["role_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("reference", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("urgency", KEY, nullable=False),
        sa.Column("impact", KEY, nullable=False),
        sa.Column("suggested_impact", KEY, nullable=False),
        sa.Column("impact_overridden", sa.Boolean(), nullable=False),
        sa.Column("impact_reason", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("requester_id", BIG_ID, nullable=True),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("channel", KEY, nullable=False),
        sa.Column("category", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("activity_at", MOMENT, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("resolution_code", KEY, nullable=False),
        sa.Column("resolution_text", sa.String(), nullable=False),
        sa.Column("graph_sequence", BIG_ID, nullable=True),
        sa.Column("down_count", sa.Integer(), nullable=False),
        sa.Column("degraded_count", sa.Integer(), nullable=False),
        sa.Column("at_risk_count", sa.Integer(), nullable=False),
        sa.Column("service_count", sa.Integer(), nullable=False),
        sa.Column("worst_criticality", sa.Integer(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_ticket_created_by_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["party_group.id"], name=op.f("fk_ticket_group_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name=op.f("fk_ticket_requester_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("reference", name=op.f("uq_ticket_reference")),
    )
    op.create_index(op.f("ix_ticket_activity_at_id"), "ticket", ["activity_at", "id"], unique=False)
    op.create_index(
        op.f("ix_ticket_assignee_id_is_open_priority_id"),
        "ticket",
        ["assignee_id", "is_open", "priority", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_ticket_created_at_id"), "ticket", ["created_at", "id"], unique=False)
    op.create_index(
        op.f("ix_ticket_group_id_is_open_priority_id"),
        "ticket",
        ["group_id", "is_open", "priority", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ticket_is_open_priority_id"), "ticket", ["is_open", "priority", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_organisation_id_is_open_priority_id"),
        "ticket",
        ["organisation_id", "is_open", "priority", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ticket_requester_id_created_at_id"),
        "ticket",
        ["requester_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "web_session",
        sa.Column("id_hash", KEY, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_web_session_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_web_session_id_hash")),
    )
    op.create_index(op.f("ix_web_session_expires_at"), "web_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_table(
        "address",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("interface_id", BIG_ID, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("prefix_length", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_address_interface_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_address_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_address"), "address", ["address"], unique=False)
    op.create_index(op.f("ix_address_interface_id"), "address", ["interface_id"], unique=False)
    op.create_index(op.f("ix_address_item_id"), "address", ["item_id"], unique=False)
    op.create_table(
        "affected_item",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("is_cause", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_affected_item_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_affected_item_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "item_id", name=op.f("pk_affected_item")),
    )
    op.create_index(
        op.f("ix_affected_item_item_id_ticket_id"),
        "affected_item",
        ["item_id", "ticket_id"],
        unique=False,
    )
    op.create_table(
        "affected_service",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_affected_service_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_affected_service_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "item_id", name=op.f("pk_affected_service")),
    )
    op.create_index(
        op.f("ix_affected_service_item_id_ticket_id"),
        "affected_service",
        ["item_id", "ticket_id"],
        unique=False,
    )
    op.create_table(
        "change_approval",
        sa.Column("change_id", BIG_ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("why", DOCUMENT, nullable=False),
        sa.Column("decision", KEY, nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_change_approval_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_change_approval_change_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_change_approval_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["party_group.id"], name=op.f("fk_change_approval_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_change_approval_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_approval")),
    )
    op.create_index(
        op.f("ix_change_approval_change_id_round"),
        "change_approval",
        ["change_id", "round"],
        unique=False,
    )
    op.create_index(
        op.f("ix_change_approval_group_id_decision_change_id"),
        "change_approval",
        ["group_id", "decision", "change_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_change_approval_person_id_decision_change_id"),
        "change_approval",
        ["person_id", "decision", "change_id"],
        unique=False,
    )
    op.create_table(
        "change_entry",
        sa.Column("change_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_change_entry_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_entry_change_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_entry")),
    )
    op.create_index(
        op.f("ix_change_entry_change_id_id"), "change_entry", ["change_id", "id"], unique=False
    )
    op.create_table(
        "change_item",
        sa.Column("change_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_item_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_change_item_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_id", "item_id", name=op.f("pk_change_item")),
    )
    op.create_index(
        op.f("ix_change_item_item_id_change_id"),
        "change_item",
        ["item_id", "change_id"],
        unique=False,
    )
    op.create_table(
        "change_service",
        sa.Column("change_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
            name=op.f("fk_change_service_change_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_change_service_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_id", "item_id", name=op.f("pk_change_service")),
    )
    op.create_index(
        op.f("ix_change_service_item_id_change_id"),
        "change_service",
        ["item_id", "change_id"],
        unique=False,
    )
    op.create_table(
        "relation",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("type_code", KEY, nullable=False),
        sa.Column("start_id", BIG_ID, nullable=False),
        sa.Column("end_id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("capacity", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("evidence", DOCUMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("valid_from", BIG_ID, nullable=False),
        sa.Column("valid_to", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["end_id"], ["item.id"], name=op.f("fk_relation_end_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["redundancy_group.id"],
            name=op.f("fk_relation_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_relation_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["start_id"], ["item.id"], name=op.f("fk_relation_start_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_relation_end_id_type_code"), "relation", ["end_id", "type_code"], unique=False
    )
    op.create_index(op.f("ix_relation_group_id"), "relation", ["group_id"], unique=False)
    op.create_index(
        op.f("ix_relation_organisation_id_id"), "relation", ["organisation_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_relation_start_id_type_code"), "relation", ["start_id", "type_code"], unique=False
    )
    op.create_index(
        "uq_relation_live",
        "relation",
        ["start_id", "end_id", "type_code", "source"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "ticket_entry",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_ticket_entry_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_entry_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_entry")),
    )
    op.create_index(
        op.f("ix_ticket_entry_ticket_id_id"), "ticket_entry", ["ticket_id", "id"], unique=False
    )
    op.create_table(
        "ticket_watcher",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_ticket_watcher_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_watcher_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_ticket_watcher")),
    )
    op.create_index(
        op.f("ix_ticket_watcher_person_id_ticket_id"),
        "ticket_watcher",
        ["person_id", "ticket_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("ticket_watcher")
    op.drop_table("ticket_entry")
    op.drop_table("relation")
    op.drop_table("change_service")
    op.drop_table("change_item")
    op.drop_table("change_entry")
    op.drop_table("change_approval")
    op.drop_table("affected_service")
    op.drop_table("affected_item")
    op.drop_table("address")
    op.drop_table("web_session")
    op.drop_table("ticket")
    op.drop_table("role_grant")
    op.drop_table("redundancy_group")
    op.drop_table("quarantined_value")
    op.drop_table("probe")
    op.drop_table("preference")
    op.drop_table("membership")
    op.drop_table("listener")
    op.drop_table("item_value")
    op.drop_table("item_source")
    op.drop_table("item_party")
    op.drop_table("item_identifier")
    op.drop_table("item_contract")
    op.drop_table("interface")
    op.drop_table("history_entry")
    op.drop_table("fact_section")
    op.drop_table("enrolment_token")
    op.drop_table("directory_run")
    op.drop_table("directory_entry")
    op.drop_table("connection")
    op.drop_table("change")
    op.drop_table("api_token")
    op.drop_table("agent")
    op.drop_table("account")
    op.drop_table("software_release")
    op.drop_table("snmp_credential")
    op.drop_table("person")
    op.drop_table("party_group")
    op.drop_table("organisation_closure")
    op.drop_table("item")
    op.drop_table("identity_review")
    op.drop_table("directory")
    op.drop_table("contract")
    op.drop_table("software_product")
    op.drop_table("sign_in_attempt")
    op.drop_table("role")
    op.drop_table("reference_counter")
    op.drop_table("organisation")
    op.drop_table("lease")
    op.drop_table("job_schedule")
    op.drop_table("job_runner")
    op.drop_table("job")
    op.drop_table("installation")
    op.drop_table("graph_change")
    op.drop_table("bulk_answer")
    op.drop_table("audit_entry")
