import os
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tests.support.postgres import PostgresCluster


def test_a_new_database_speaks_utf_8_and_stores_rows(postgres_cluster: PostgresCluster) -> None:
    engine = sa.create_engine(postgres_cluster.new_database())
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE words (word text)"))
        connection.execute(sa.text("INSERT INTO words VALUES ('сервер')"))
        assert connection.execute(sa.text("SELECT length(word) FROM words")).scalar_one() == 6
        assert connection.execute(sa.text("SHOW server_encoding")).scalar_one() == "UTF8"
    engine.dispose()


def test_a_database_made_from_a_template_is_a_copy_of_its_own(
    postgres_cluster: PostgresCluster,
) -> None:
    template = postgres_cluster.new_database()
    _run(template, "CREATE TABLE shelf (book text)")
    copy = postgres_cluster.new_database(template)
    _run(copy, "INSERT INTO shelf VALUES ('only here')")
    assert _books(copy) == ["only here"]
    assert _books(template) == []


def test_a_database_is_dropped_even_while_somebody_is_connected(
    postgres_cluster: PostgresCluster,
) -> None:
    url = postgres_cluster.new_database()
    left_open = _connect(url)
    postgres_cluster.drop_database(url)
    left_open.close()
    with _connect(postgres_cluster.url("postgres")) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    assert make_url(url).database not in names


def test_the_cluster_never_runs_as_root(postgres_cluster: PostgresCluster) -> None:
    first_line = (postgres_cluster.directory / "data" / "postmaster.pid").read_text().split()[0]
    owner = Path(f"/proc/{first_line}").stat().st_uid
    assert owner != 0
    assert os.geteuid() in (0, owner)


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)


def _run(url: str, statement: str) -> None:
    with _connect(url) as connection:
        connection.execute(statement.encode())


def _books(url: str) -> list[object]:
    with _connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT book FROM shelf")]
