"""titles of tickets are found by their parts"""

from alembic import op
from sqlalchemy import text

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

#: What is lost on the way down; empty when nothing is.
LOSES = ""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # Where the extension is missing, Cadastre goes without, and ``cadastre doctor`` says so.
    found = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"))
    if found.first() is not None:
        op.execute(
            "CREATE INDEX search_index_ticket_title ON ticket USING gin (title_key gin_trgm_ops)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS search_index_ticket_title")
