"""Contracts that named their supplier as text find or get its record; going down they name it."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from server.migrations.runner import Migrations

_NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _insert(connection: sa.Connection, table_name: str, /, **values: Any) -> None:
    table = sa.Table(table_name, sa.MetaData(), autoload_with=connection)
    connection.execute(table.insert().values(values))


def _contract(connection: sa.Connection, number: int, place: int, supplier: str) -> None:
    _insert(
        connection,
        "contract",
        id=number,
        organisation_id=place,
        reference=f"CTR-{number}",
        name="Support",
        supplier=supplier,
        kind="support",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
        created_at=_NOW,
    )


def test_contracts_find_the_supplier_that_they_named(empty_database_url: str) -> None:
    migrations = Migrations(empty_database_url)
    migrations.upgrade("0040")
    engine = sa.create_engine(empty_database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for number, code in ((1, "one"), (2, "two")):
            _insert(connection, "organisation", id=number, code=code, name=code, created_at=_NOW)
        details = dict.fromkeys(("email", "phone", "website", "customer_number"), "")
        known = {"id": 7, "organisation_id": 1, "name": "ACME", "name_key": "acme"}
        _insert(connection, "supplier", **known, **details, version=1, created_at=_NOW)
        for number, place, supplier in (
            (1, 1, "Acme"),
            (2, 1, " Other  Ltd "),
            (3, 1, "OTHER  LTD"),
            (4, 2, "Acme"),
        ):
            _contract(connection, number, place, supplier)
    migrations.upgrade("0041")
    told = sa.text(
        "SELECT contract.id, supplier.organisation_id, supplier.name FROM contract"
        " JOIN supplier ON supplier.id = contract.supplier_id ORDER BY contract.id"
    )
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(told)]
    assert found == [
        (1, 1, "ACME"),
        (2, 1, "Other  Ltd"),
        (3, 1, "Other  Ltd"),
        (4, 2, "Acme"),
    ]
    migrations.downgrade("0040", lose=True)
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT supplier FROM contract ORDER BY id")).all()
    assert names == ["ACME", "Other  Ltd", "Other  Ltd", "Acme"]
    engine.dispose()
