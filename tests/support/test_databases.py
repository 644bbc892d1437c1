import pytest
import sqlalchemy as sa

from cmdb.records.base import Base
from tests.support.databases import DatabaseMaker


def test_an_empty_database_has_no_table(empty_database_url: str, database_kind: str) -> None:
    engine = sa.create_engine(empty_database_url)
    assert sa.inspect(engine).get_table_names() == []
    assert engine.dialect.name == {"sqlite": "sqlite", "postgres": "postgresql"}[database_kind]
    engine.dispose()


def test_a_prepared_database_holds_every_table_of_the_models(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    assert found >= set(Base.metadata.tables)


def test_two_prepared_databases_know_nothing_of_each_other(
    database_maker: DatabaseMaker, database_kind: str
) -> None:
    one, other = database_maker.prepared(database_kind), database_maker.prepared(database_kind)
    engine = sa.create_engine(one)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE only_in_one (id integer)"))
    engine.dispose()
    engine = sa.create_engine(other)
    assert "only_in_one" not in sa.inspect(engine).get_table_names()
    engine.dispose()
    database_maker.drop(one)
    database_maker.drop(other)


def test_a_test_of_databases_is_marked_by_the_kind_it_runs_on(
    database_kind: str, request: pytest.FixtureRequest
) -> None:
    marked = request.node.get_closest_marker("postgres") is not None
    assert marked == (database_kind == "postgres")
