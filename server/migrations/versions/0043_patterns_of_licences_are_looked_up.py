"""patterns of licences are looked up, not compared with every product"""

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

from server.migrations.columns import BIG_ID, KEY

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""

_LAST = "\U0010ffff"
_LENGTH = 200
_BATCH = 1000
_PRODUCT = sa.table(
    "software_product",
    sa.column("id", BIG_ID),
    sa.column("name", KEY),
    sa.column("name_key", KEY),
)
_PATTERN = sa.table(
    "licence_pattern",
    sa.column("id", BIG_ID),
    sa.column("pattern", sa.String()),
    sa.column("name_like", sa.String()),
    sa.column("name_from", KEY),
    sa.column("name_until", KEY),
)


def upgrade() -> None:
    with op.batch_alter_table("software_product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", KEY, server_default="", nullable=False))
    with op.batch_alter_table("licence_pattern", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_from", KEY, server_default="", nullable=False))
        batch_op.add_column(sa.Column("name_until", KEY, server_default="", nullable=False))
    connection = op.get_bind()
    _give_keys(connection)
    _give_ranges(connection)
    op.create_index(op.f("ix_software_product_name_key"), "software_product", ["name_key"])


def _give_keys(connection: sa.Connection) -> None:
    last = 0
    query = sa.select(_PRODUCT.c.id, _PRODUCT.c.name).order_by(_PRODUCT.c.id).limit(_BATCH)
    given = (
        sa.update(_PRODUCT)
        .where(_PRODUCT.c.id == sa.bindparam("known"))
        .values(name_key=sa.bindparam("key"))
    )
    while rows := connection.execute(query.where(_PRODUCT.c.id > last)).all():
        connection.execute(given, [{"known": row.id, "key": _key(row.name)} for row in rows])
        last = rows[-1].id


def _give_ranges(connection: sa.Connection) -> None:
    for row in connection.execute(sa.select(_PATTERN.c.id, _PATTERN.c.pattern)).all():
        key = _key(row.pattern)
        key += "*" if len(key) == _LENGTH else ""
        first, star, _ = key.partition("*")
        values = {
            "name_like": _like(key),
            "name_from": first,
            "name_until": first + _LAST if star else first,
        }
        connection.execute(sa.update(_PATTERN).where(_PATTERN.c.id == row.id).values(values))


def _key(text: str) -> str:
    return normalize("NFC", text.casefold())[:_LENGTH]


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def downgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_PATTERN.c.id, _PATTERN.c.pattern)).all():
        like = {"name_like": _like(row.pattern)}
        connection.execute(sa.update(_PATTERN).where(_PATTERN.c.id == row.id).values(like))
    op.drop_column("licence_pattern", "name_until")
    op.drop_column("licence_pattern", "name_from")
    op.drop_index(op.f("ix_software_product_name_key"), "software_product")
    op.drop_column("software_product", "name_key")
