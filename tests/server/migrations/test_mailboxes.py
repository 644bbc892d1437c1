"""Mailboxes keep their passwords; going down, one that signs in by OAuth 2 is switched off."""

from datetime import UTC, datetime

import sqlalchemy as sa

from server.migrations.runner import Migrations

_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_USUAL = {
    "organisation_id": 1,
    "address": "help@example.test",
    "address_key": "help@example.test",
    "host": "imap.example.test",
    "port": 993,
    "security": "tls",
    "user_name": "help",
    "sealed_password": "sealed",
    "folder": "INBOX",
    "kind": "incident",
    "strangers": "hold",
    "watch_copied": False,
    "keep_days": 90,
    "is_active": True,
    "last_uid": 0,
    "failures": 0,
    "version": 1,
    "since": _NOW,
    "created_at": _NOW,
    "updated_at": _NOW,
} | dict.fromkeys(("authority", "done_folder", "category", "trusted_server", "last_error"), "")


def _table(connection: sa.Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection)


def test_a_mailbox_that_nobody_can_open_below_is_switched_off(empty_database_url: str) -> None:
    migrations = Migrations(empty_database_url)
    migrations.upgrade("0059")
    engine = sa.create_engine(empty_database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        place = {"id": 1, "code": "one", "name": "one", "created_at": _NOW}
        connection.execute(_table(connection, "organisation").insert().values(place))
        for number in (1, 2):
            name = {"id": number, "name": f"m{number}", "name_key": f"m{number}"}
            connection.execute(_table(connection, "mailbox").insert().values(_USUAL | name))
    migrations.upgrade("0060")
    with engine.begin() as connection:
        table = _table(connection, "mailbox")
        assert set(connection.scalars(sa.select(table.c.sign_in))) == {"password"}
        connection.execute(table.update().where(table.c.id == 2).values(sign_in="oauth"))
    migrations.downgrade("0059", lose=True)
    with engine.connect() as connection:
        table = _table(connection, "mailbox")
        assert "token_url" not in table.columns
        found = connection.execute(
            sa.select(table.c.id, table.c.is_active, table.c.sealed_password).order_by(table.c.id)
        ).all()
    assert [tuple(row) for row in found] == [(1, True, "sealed"), (2, False, "sealed")]
