from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.app import create_app
from server.foundation.database import Database
from server.foundation.edge.outages import is_outage
from server.foundation.settings import Settings
from tests.support.postgres import PostgresCluster
from tests.support.processes import free_port


def _failure(database: Database, statement: str) -> DBAPIError:
    with pytest.raises(DBAPIError) as caught, database.writing() as session:
        session.execute(sa.text(statement))
    return caught.value


def test_a_database_that_is_away_is_told_as_503_and_when_to_come_back(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/register.sqlite3")
    client = create_app(Settings(), database).test_client()
    answer = client.get("/api/v1/items", headers={"Authorization": "Bearer cad_whoever"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert answer.get_json()["type"] == "urn:cadastre:problem:database-not-ready"
    assert str(tmp_path) not in answer.text
    database.dispose()


def test_a_full_disk_under_sqlite_is_an_outage_and_nothing_is_half_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'register.sqlite3'}", pool_size=1)
    with database.writing() as session:
        session.execute(sa.text("CREATE TABLE note (text VARCHAR)"))
    with database.reading() as session:
        # SQLite then says what it says when the disk has no page left.
        session.execute(sa.text("PRAGMA max_page_count=2"))
    failure = _failure(database, "INSERT INTO note VALUES (zeroblob(100000))")
    assert "database or disk is full" in str(failure.orig)
    assert is_outage(failure)
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM note")) == 0
    database.dispose()


def test_a_pool_without_a_free_connection_is_an_outage(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.01}
    engine = sa.create_engine(address, poolclass=sa.QueuePool, **options)
    with engine.connect(), pytest.raises(PoolTimeout) as caught:
        engine.connect()
    assert is_outage(caught.value)
    engine.dispose()


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELEC 1", "SELECT 1/0 FROM x"])
def test_a_wrong_statement_is_our_fault_on_every_database(
    migrated_database_url: str, statement: str
) -> None:
    database = Database(migrated_database_url)
    assert not is_outage(_failure(database, statement))
    database.dispose()


def test_what_a_constraint_refuses_is_our_fault(migrated_database_url: str) -> None:
    database = Database(migrated_database_url)
    assert not is_outage(_failure(database, "INSERT INTO organisation (id) VALUES (1)"))
    database.dispose()


def test_a_postgresql_that_nobody_started_is_an_outage() -> None:
    database = Database(f"postgresql+psycopg://me@127.0.0.1:{free_port()}/register")
    assert is_outage(_failure(database, "SELECT 1"))
    database.dispose()


def test_a_connection_that_postgresql_ends_is_an_outage(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.new_database()
    database, other = Database(url), Database(url)
    connection = database.engine.connect()
    number = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with other.writing() as administrator:
        administrator.execute(sa.text("SELECT pg_terminate_backend(:it)"), {"it": number})
    with pytest.raises(DBAPIError) as caught:
        connection.execute(sa.text("SELECT 1"))
    connection.close()
    assert is_outage(caught.value)
    for opened in (database, other):
        opened.dispose()


def test_other_errors_are_no_outage() -> None:
    assert not is_outage(ValueError("nothing of the database"))
