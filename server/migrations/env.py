"""Run by alembic for every migration; the connection and the options are handed in."""

from alembic import context

from server.migrations.comparing import options
from server.migrations.models import Base

attributes = context.config.attributes
connection = attributes["connection"]
chosen = options(connection) | attributes.get("options", {})
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    on_version_apply=attributes.get("on_version_apply", ()),
    **chosen,
)
with context.begin_transaction():
    context.run_migrations()
