"""Products and patterns of licences that were there before get the keys they are looked up by."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from cmdb.model.text import text_key
from server.assets.licences.rules import meant_by
from server.migrations.runner import Migrations

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_NAMES = ("vim", "GRÜN & Söhne", "100%_Sure", "x" * 230)
_PATTERNS = ("VIM", "grün*", "100%_sure*", "*office*", "y" * 230)


def _insert(connection: sa.Connection, table_name: str, rows: list[dict[str, Any]]) -> None:
    table = sa.Table(table_name, sa.MetaData(), autoload_with=connection)
    connection.execute(table.insert(), rows)


def test_what_was_there_gets_its_keys_and_keeps_its_words(empty_database_url: str) -> None:
    migrations = Migrations(empty_database_url)
    migrations.upgrade("0042")
    engine = sa.create_engine(empty_database_url, poolclass=sa.NullPool)
    root = {"id": 1, "code": "one", "name": "One", "created_at": _NOW}
    licence = {"id": 1, "organisation_id": 1, "name": "L", "name_key": "l", "metric": "device"}
    with engine.begin() as connection:
        _insert(connection, "organisation", [root])
        rows = [licence | {"vendor": "", "created_at": _NOW, "version": 1}]
        _insert(connection, "software_licence", rows)
        products = [{"ecosystem": "windows", "name": name} for name in _NAMES]
        # More than are given their keys at once.
        products += [{"ecosystem": "deb", "name": f"lib{number}"} for number in range(1200)]
        _insert(connection, "software_product", products)
        patterns = [
            {"licence_id": 1, "ecosystem": "", "pattern": one, "name_like": one.replace("*", "%")}
            for one in _PATTERNS
        ]
        _insert(connection, "licence_pattern", patterns)
    migrations.upgrade("0043")
    with engine.connect() as connection:
        keys = connection.execute(sa.text("SELECT name, name_key FROM software_product")).all()
        told = sa.text("SELECT pattern, name_like, name_from, name_until FROM licence_pattern")
        ranges = connection.execute(told).all()
    assert len(keys) == 1200 + len(_NAMES)
    assert all(key == text_key(name) for name, key in keys)
    for pattern, *found in ranges:
        meant = meant_by(pattern)
        assert found == [meant.name_like, meant.name_from, meant.name_until]
    migrations.downgrade("0042", lose=True)
    with engine.connect() as connection:
        told = sa.text("SELECT pattern, name_like FROM licence_pattern ORDER BY id")
        assert [tuple(row) for row in connection.execute(told)][:2] == [
            ("VIM", "VIM"),
            ("grün*", "grün%"),
        ]
    engine.dispose()
