"""The indexes of parts of names: made where PostgreSQL lets us, and missed where it does not."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from server.foundation.search.parts import finds_parts
from server.migrations.runner import Migrations
from tests.support.postgres import PostgresCluster

_OF_PARTS = {"search_index_item_name", "search_index_ticket_title", "search_index_value_text"}
_ALL = {
    "search_index_kind",
    "search_index_item_model",
    "search_index_item_vendor",
    *_OF_PARTS,
}


@pytest.fixture
def empty_url(postgres_cluster: PostgresCluster) -> Iterator[str]:
    url = postgres_cluster.new_database()
    yield url
    postgres_cluster.drop_database(url)


def _look(url: str) -> tuple[set[str], bool]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        )
        found = set(names) & _ALL, finds_parts(connection)
    engine.dispose()
    return found


def _act(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def test_a_new_schema_has_them_and_one_that_was_lost_comes_back(empty_url: str) -> None:
    Migrations(empty_url).upgrade()
    assert _look(empty_url) == (_ALL, True)
    _act(empty_url, "DROP INDEX search_index_item_name")
    assert Migrations(empty_url).check() == []
    Migrations(empty_url).upgrade()
    assert _look(empty_url) == (_ALL, True)


def test_who_may_not_switch_the_extension_on_goes_without_until_somebody_does(
    empty_url: str,
) -> None:
    _act(
        empty_url,
        "DROP ROLE IF EXISTS plain",
        "CREATE ROLE plain LOGIN",
        "GRANT USAGE, CREATE ON SCHEMA public TO plain",
    )
    plain = make_url(empty_url).set(username="plain").render_as_string(hide_password=False)
    migrations = Migrations(plain)
    migrations.upgrade()
    assert _look(plain) == (_ALL - _OF_PARTS, False)
    assert migrations.check() == []
    migrations.downgrade("0050", lose=True)
    migrations.upgrade()
    assert _look(plain) == (_ALL - _OF_PARTS, False)
    _act(empty_url, "CREATE EXTENSION pg_trgm")
    assert migrations.upgrade() == []
    assert _look(plain) == (_ALL, True)
    _act(empty_url, "DROP OWNED BY plain", "DROP ROLE plain")
