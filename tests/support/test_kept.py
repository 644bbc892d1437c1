"""Connections that were closed in good order are used again; of the last user nothing stays."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.kept import KeptConnection, KeptConnections
from tests.support.postgres import PostgresCluster


@pytest.fixture
def said(postgres_cluster: PostgresCluster) -> Iterator[dict[str, Any]]:
    """Return how to connect to an empty database."""
    url = postgres_cluster.new_database()
    there = make_url(url)
    yield {
        "host": there.host,
        "port": there.port,
        "user": there.username,
        "dbname": there.database,
    }
    postgres_cluster.drop_database(url)


@pytest.fixture
def kept(said: dict[str, Any]) -> Iterator[KeptConnections]:
    """Yield a shelf of its own, so that nothing waits on it."""
    shelf = KeptConnections()
    shelf.share(dbname=said["dbname"])
    yield shelf
    shelf.end()


def _process(connection: KeptConnection) -> int:
    return connection.info.backend_pid


def test_who_connects_in_the_same_way_gets_the_same_process(
    kept: KeptConnections, said: dict[str, Any]
) -> None:
    first = kept.connect(**said)
    process = _process(first)
    first.close()
    assert kept.processes(dbname=said["dbname"]) == [process]
    other = kept.connect(**said, options="-c jit=off")
    again = kept.connect(**said)
    assert _process(other) != process == _process(again)
    for one in (other, again):
        one.end()


def test_what_was_said_to_it_is_forgotten(kept: KeptConnections, said: dict[str, Any]) -> None:
    first = kept.connect(**said)
    first.execute("SET lock_timeout = '5s'")
    first.execute("CREATE TEMP TABLE mine (word text)")
    first.execute("SELECT pg_advisory_lock(1)")
    first.execute("SELECT 'often'", prepare=True)
    first.commit()
    first.close()
    with closing(psycopg.connect(**said)) as somebody:
        free = somebody.execute("SELECT pg_try_advisory_lock(1)").fetchone()
    again = kept.connect(**said)
    assert again is first
    assert not again.autocommit
    assert free == (True,)
    assert again.execute("SELECT 'often'", prepare=True).fetchone() == ("often",)
    assert again.execute("SHOW lock_timeout").fetchone() == ("0",)
    assert again.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    again.end()


def test_where_nothing_is_shared_closed_is_closed(
    kept: KeptConnections, said: dict[str, Any]
) -> None:
    kept.end(dbname=said["dbname"])
    first = kept.connect(**said)
    first.close()
    assert first.closed
    assert kept.processes(dbname=said["dbname"]) == []


def test_one_in_the_middle_of_something_is_closed(
    kept: KeptConnections, said: dict[str, Any]
) -> None:
    busy = kept.connect(**said)
    busy.execute("SELECT 1")
    busy.close()
    assert busy.closed
    assert kept.processes(dbname=said["dbname"]) == []


def test_one_whose_process_was_ended_is_not_given_out(
    kept: KeptConnections, said: dict[str, Any]
) -> None:
    first = kept.connect(**said)
    process = _process(first)
    first.close()
    with closing(psycopg.connect(**said, autocommit=True)) as somebody:
        somebody.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))
    fresh = kept.connect(**said)
    assert _process(fresh) != process
    assert fresh.execute("SELECT 1").fetchone() == (1,)
    fresh.end()


def test_those_of_a_database_are_ended_before_it_is_a_template(
    postgres_cluster: PostgresCluster, kept: KeptConnections, said: dict[str, Any]
) -> None:
    kept.connect(**said).close()
    kept.end(dbname="another")
    assert len(kept.processes(dbname=said["dbname"])) == 1
    kept.end(port=said["port"], dbname=said["dbname"])
    assert kept.processes(dbname=said["dbname"]) == []
    postgres_cluster.drop_database(
        postgres_cluster.new_database(postgres_cluster.url(said["dbname"]))
    )
