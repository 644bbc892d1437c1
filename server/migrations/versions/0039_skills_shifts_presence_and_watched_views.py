"""skills, shifts, presence and watched views"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "skills, shifts, who is available, views of tickets, and who watches a view"


def upgrade() -> None:
    _create_tables()
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("availability", KEY, server_default="available", nullable=False)
        )
        batch_op.add_column(sa.Column("availability_at", MOMENT, nullable=True))

    with op.batch_alter_table("desk_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", DOCUMENT, server_default="[]", nullable=False))
        for name in ("needs_shift", "needs_presence", "pass_at_shift_end"):
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
            )
        batch_op.add_column(sa.Column("shifts_passed_at", MOMENT, nullable=True))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("waits_for_turn", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", KEY, server_default="items", nullable=False))
        batch_op.add_column(sa.Column("group_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_saved_view_group_id"),
            "party_group",
            ["group_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_index(batch_op.f("ix_saved_view_person_id_name_key"))
        batch_op.create_index(
            batch_op.f("ix_saved_view_person_id_kind_name_key"),
            ["person_id", "kind", "name_key"],
            unique=True,
        )

    # After the views: a table that is rebuilt must not be one that others point at.
    op.create_table(
        "view_watch",
        sa.Column("view_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("known", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_view_watch_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_view_watch_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("view_id", "person_id", name=op.f("pk_view_watch")),
    )
    op.create_index(op.f("ix_view_watch_person_id"), "view_watch", ["person_id"])


def _create_tables() -> None:
    op.create_table(
        "desk_skill",
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_desk_skill")),
    )
    op.create_table(
        "person_skill",
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("skill_code", KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_skill_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skill_code"],
            ["desk_skill.code"],
            name=op.f("fk_person_skill_skill_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "skill_code", name=op.f("pk_person_skill")),
    )
    op.create_index(
        op.f("ix_person_skill_skill_code_person_id"), "person_skill", ["skill_code", "person_id"]
    )
    op.create_table(
        "desk_shift",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("calendar", DOCUMENT, nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["party_group.id"],
            name=op.f("fk_desk_shift_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_shift")),
    )
    op.create_index(op.f("ix_desk_shift_group_id_id"), "desk_shift", ["group_id", "id"])
    op.create_table(
        "desk_shift_member",
        sa.Column("shift_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_desk_shift_member_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"],
            ["desk_shift.id"],
            name=op.f("fk_desk_shift_member_shift_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shift_id", "person_id", "week", name=op.f("pk_desk_shift_member")),
    )
    op.create_index(op.f("ix_desk_shift_member_person_id"), "desk_shift_member", ["person_id"])


def downgrade() -> None:
    op.drop_table("view_watch")
    # Views of tickets would be views of items that no item fits.
    op.execute("DELETE FROM saved_view WHERE kind <> 'items'")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_person_id_kind_name_key"))
        batch_op.drop_constraint(batch_op.f("fk_saved_view_group_id"), type_="foreignkey")
        batch_op.drop_column("group_id")
        batch_op.drop_column("kind")
        batch_op.create_index(
            batch_op.f("ix_saved_view_person_id_name_key"), ["person_id", "name_key"], unique=True
        )
    with op.batch_alter_table("ticket", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("waits_for_turn")
    with op.batch_alter_table("desk_group", schema=None) as batch_op:
        for name in (
            "shifts_passed_at",
            "pass_at_shift_end",
            "needs_presence",
            "needs_shift",
            "skills",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("availability_at")
        batch_op.drop_column("availability")
    op.drop_table("desk_shift_member")
    op.drop_table("desk_shift")
    op.drop_table("person_skill")
    op.drop_table("desk_skill")
