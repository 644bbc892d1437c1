"""models, suppliers, purchases, custody and stock"""

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, DOCUMENT, KEY, MOMENT

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "models, suppliers, purchases, who has what, and stock"


def upgrade() -> None:
    op.create_table(
        "vendor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
        sa.UniqueConstraint("name_key", name=op.f("uq_vendor_name_key")),
    )
    op.create_table(
        "product_model",
        sa.Column("vendor_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("part_number", sa.String(), nullable=False),
        sa.Column("sale_ends_on", sa.Date(), nullable=True),
        sa.Column("support_ends_on", sa.Date(), nullable=True),
        sa.Column("life_ends_on", sa.Date(), nullable=True),
        sa.Column("defaults", DOCUMENT, nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_product_model_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_model")),
    )
    with op.batch_alter_table("product_model", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_model_name_key_id"), ["name_key", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_product_model_support_ends_on"), ["support_ends_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_product_model_vendor_id_name_key"),
            ["vendor_id", "name_key"],
            unique=True,
        )

    op.create_table(
        "supplier",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("customer_number", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supplier_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
    )
    with op.batch_alter_table("supplier", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_organisation_id_name_key"),
            ["organisation_id", "name_key"],
            unique=True,
        )

    op.create_table(
        "custody",
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("given_by_id", BIG_ID, nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("declined_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_custody_given_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_custody_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_custody_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody")),
    )
    with op.batch_alter_table("custody", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_custody_ended_at_id"), ["ended_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_custody_item_id_id"), ["item_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_custody_person_id_ended_at_id"),
            ["person_id", "ended_at", "id"],
            unique=False,
        )

    op.create_table(
        "item_of_model",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("vendor_said", sa.String(), nullable=False),
        sa.Column("model_said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_of_model_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["product_model.id"], name=op.f("fk_item_of_model_model_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_of_model")),
    )
    with op.batch_alter_table("item_of_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_of_model_model_id"), ["model_id"], unique=False)

    op.create_table(
        "item_purchase",
        sa.Column("item_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("supplier_id", BIG_ID, nullable=True),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("price_hundredths", BIG_ID, nullable=True),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("warranty_ends_on", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("residual_hundredths", BIG_ID, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "price_hundredths IS NULL OR currency <> ''", name=op.f("ck_item_purchase_currency")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_purchase_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_item_purchase_supplier_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_purchase")),
    )
    with op.batch_alter_table("item_purchase", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_purchase_supplier_id"), ["supplier_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_item_purchase_warranty_ends_on"), ["warranty_ends_on"], unique=False
        )

    op.create_table(
        "stock_article",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("place_id", BIG_ID, nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_article_quantity")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stock_article_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["item.id"], name=op.f("fk_stock_article_place_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_article")),
    )
    with op.batch_alter_table("stock_article", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_article_organisation_id_name_key_id"),
            ["organisation_id", "name_key", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_stock_article_place_id"), ["place_id"], unique=False)

    op.create_table(
        "stock_movement",
        sa.Column("article_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["stock_article.id"],
            name=op.f("fk_stock_movement_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stock_movement_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_movement_article_id_id"), ["article_id", "id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("stock_movement")
    op.drop_table("stock_article")
    op.drop_table("item_purchase")
    op.drop_table("item_of_model")
    op.drop_table("custody")
    op.drop_table("supplier")
    op.drop_table("product_model")
    op.drop_table("vendor")
