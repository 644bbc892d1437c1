"""Clocks from before are the requester's; going down, those of groups and suppliers are lost."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from server.migrations.runner import Migrations

_NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _insert(connection: sa.Connection, table_name: str, /, **given: Any) -> None:
    """Write a row; what must not be empty and is not given gets something of its type."""
    table = sa.Table(table_name, sa.MetaData(), autoload_with=connection)
    for column in table.columns:
        if column.name in given or column.nullable or column.server_default is not None:
            continue
        kind = column.type.python_type
        given[column.name] = {int: 0, str: "", bool: True, dict: {}, datetime: _NOW}[kind]
    connection.execute(table.insert().values(given))


def test_clocks_keep_what_they_show_and_followers_are_told_anew(empty_database_url: str) -> None:
    migrations = Migrations(empty_database_url)
    migrations.upgrade("0046")
    engine = sa.create_engine(empty_database_url, poolclass=sa.NullPool)
    clock = {"ticket_id": 1, "calendar": "always", "target_minutes": 60, "fired": 75}
    with engine.begin() as connection:
        _insert(connection, "organisation", id=1, code="one", name="One")
        _insert(connection, "ticket", id=1, reference="INC-1", organisation_id=1)
        for measure in ("respond", "resolve"):
            _insert(connection, "sla_clock", measure=measure, **clock)
    migrations.upgrade("0048")
    told = sa.text("SELECT measure, holder, fired FROM sla_clock ORDER BY measure, holder")
    with engine.begin() as connection:
        found = [tuple(row) for row in connection.execute(told)]
        assert found == [("resolve", "", 75), ("respond", "", 75)]
        # The same measure of somebody else stands beside it.
        _insert(connection, "sla_clock", measure="resolve", holder="line:2", **clock)
    migrations.downgrade("0046", lose=True)
    with engine.connect() as connection:
        told = sa.text("SELECT measure, fired FROM sla_clock ORDER BY measure")
        assert [tuple(row) for row in connection.execute(told)] == [
            ("resolve", 75),
            ("respond", 75),
        ]
    engine.dispose()
