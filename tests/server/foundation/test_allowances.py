from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.foundation.allowances import Allowance, Spent, forget_spent, seconds_to_wait, spend
from server.foundation.database import Database
from server.foundation.errors import TooManyAttempts
from server.wiring import REACTIONS

_NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
_THREE = Allowance("three", 3, 60)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, REACTIONS)
    yield database
    database.dispose()


def _spend(database: Database, party: str, seconds: int = 0) -> None:
    with database.writing() as session:
        spend(session, _THREE, party, _NOON + timedelta(seconds=seconds))


def test_what_is_used_up_comes_back_with_the_next_window(database: Database) -> None:
    for second in (0, 1, 2):
        _spend(database, "a", second)
    with pytest.raises(TooManyAttempts) as refused:
        _spend(database, "a", 20)
    assert refused.value.retry_after_seconds == 40
    _spend(database, "b", 20)
    _spend(database, "a", 60)
    with database.reading() as session:
        assert seconds_to_wait(session, _THREE, "a", _NOON + timedelta(seconds=61)) == 0
        assert session.scalar(select(Spent.times).where(Spent.party == "a")) == 1


def test_many_at_once_are_all_counted(database: Database) -> None:
    many = Allowance("many", 100, 60)

    def act(_number: int) -> None:
        with database.writing() as session:
            spend(session, many, "a", _NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(24)))
    with database.reading() as session:
        assert session.scalar(select(Spent.times)) == 24


def test_counts_of_yesterday_are_forgotten(database: Database) -> None:
    _spend(database, "a")
    with database.writing() as session:
        forget_spent(session, _NOON + timedelta(days=2))
        assert session.scalars(select(Spent)).all() == []
