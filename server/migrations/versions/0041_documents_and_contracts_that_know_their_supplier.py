"""documents, and contracts that know their supplier"""

from datetime import UTC, datetime
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY, MOMENT

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = "documents and their versions"

_SUPPLIER = sa.table(
    "supplier",
    sa.column("id", BIG_ID),
    sa.column("organisation_id", BIG_ID),
    sa.column("name", sa.String()),
    sa.column("name_key", KEY),
    sa.column("email", sa.String()),
    sa.column("phone", sa.String()),
    sa.column("website", sa.String()),
    sa.column("customer_number", sa.String()),
    sa.column("created_at", MOMENT),
    sa.column("version", sa.Integer()),
)
_CONTRACT = sa.table(
    "contract",
    sa.column("id", BIG_ID),
    sa.column("organisation_id", BIG_ID),
    sa.column("supplier", sa.String()),
    sa.column("supplier_id", BIG_ID),
)
_LINKS = (
    ("item_document", "item_id", "item"),
    ("product_model_document", "model_id", "product_model"),
    ("contract_document", "contract_id", "contract"),
)


def upgrade() -> None:
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supplier_id", BIG_ID, nullable=True))
    _name_suppliers(op.get_bind())
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.alter_column("supplier_id", existing_type=BIG_ID, nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_contract_supplier_id"), "supplier", ["supplier_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_contract_supplier_id"), ["supplier_id"], unique=False)
        batch_op.drop_column("supplier")
    _documents()
    _links()


def _name_suppliers(connection: sa.Connection) -> None:
    """Find or make the supplier that each contract names, by its name in the same organisation."""
    known = {
        (row.organisation_id, row.name_key): row.id
        for row in connection.execute(sa.select(_SUPPLIER))
    }
    for row in connection.execute(sa.select(_CONTRACT).order_by(_CONTRACT.c.id)).all():
        name = row.supplier.strip() or "?"
        place = (row.organisation_id, normalize("NFC", name.casefold())[:200])
        if place not in known:
            connection.execute(sa.insert(_SUPPLIER).values(**_supplier(*place, name)))
            query = sa.select(_SUPPLIER.c.id).where(
                _SUPPLIER.c.organisation_id == place[0], _SUPPLIER.c.name_key == place[1]
            )
            known[place] = connection.scalars(query).one()
        connection.execute(
            sa.update(_CONTRACT).where(_CONTRACT.c.id == row.id).values(supplier_id=known[place])
        )


def _supplier(organisation_id: int, key: str, name: str) -> dict[str, object]:
    nothing = dict.fromkeys(("email", "phone", "website", "customer_number"), "")
    told = {"organisation_id": organisation_id, "name": name, "name_key": key, "version": 1}
    return nothing | told | {"created_at": datetime.now(UTC)}


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("review_months", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("reviewed_by_id", BIG_ID, nullable=True),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint("review_months > 0", name=op.f("ck_document_review_months")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_document_owner_id")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["person.id"], name=op.f("fk_document_reviewed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_organisation_id_title_key_id"),
            ["organisation_id", "title_key", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_document_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_document_review_on_id"), ["review_on", "id"], unique=False
        )
    op.create_table(
        "document_version",
        sa.Column("document_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stored_name", KEY, nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(stored_name = '') <> (url = '')", name=op.f("ck_document_version_content")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_document_version_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_version_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
    )
    with op.batch_alter_table("document_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_version_document_id_number"),
            ["document_id", "number"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_document_version_stored_name"), ["stored_name"], unique=False
        )


def _links() -> None:
    for table, column, target in _LINKS:
        op.create_table(
            table,
            sa.Column(column, BIG_ID, autoincrement=False, nullable=False),
            sa.Column("document_id", BIG_ID, autoincrement=False, nullable=False),
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                ["document_id"],
                ["document.id"],
                name=op.f(f"fk_{table}_document_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(column, "document_id", name=op.f(f"pk_{table}")),
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(
                batch_op.f(f"ix_{table}_document_id"), ["document_id"], unique=False
            )


def downgrade() -> None:
    for table, _, _ in reversed(_LINKS):
        op.drop_table(table)
    op.drop_table("document_version")
    op.drop_table("document")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supplier", sa.String(), nullable=True))
    op.execute(
        "UPDATE contract SET supplier ="
        " (SELECT name FROM supplier WHERE supplier.id = contract.supplier_id)"
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.alter_column("supplier", existing_type=sa.String(), nullable=False)
        batch_op.drop_index(batch_op.f("ix_contract_supplier_id"))
        batch_op.drop_constraint(batch_op.f("fk_contract_supplier_id"), type_="foreignkey")
        batch_op.drop_column("supplier_id")
