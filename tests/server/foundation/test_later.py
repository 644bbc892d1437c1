"""Notes are written together, the last of each row; a database that is gone costs only them."""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.foundation.later import Later


class Written:
    """What a writer was told."""

    def __init__(self) -> None:
        self.told: list[dict[Hashable, Any]] = []

    def __call__(self, _session: Session, rows: Mapping[Hashable, Any]) -> None:
        self.told.append(dict(rows))


@contextmanager
def one_session() -> Iterator[Session]:
    yield Session()


@contextmanager
def no_database() -> Iterator[Session]:
    raise OperationalError("BEGIN", None, OSError("gone"))
    yield Session()


def test_of_one_row_the_last_note_is_written_once() -> None:
    later, written = Later(one_session), Written()
    later.note(written, 1, "a")
    later.note(written, 2, "b")
    later.note(written, 1, "c")
    assert later.noted(written, 1) == "c"
    later.flush()
    later.flush()
    assert written.told == [{1: "c", 2: "b"}]
    assert later.noted(written, 1) is None


def test_notes_write_themselves_before_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.foundation.later.FLUSH_SECONDS", 0.01)
    later, written = Later(one_session), Written()
    later.note(written, 1, "a")
    timer = later._timer
    assert timer is not None
    timer.join(10)
    assert written.told == [{1: "a"}]


def test_a_database_that_is_gone_costs_the_notes_alone() -> None:
    later, written = Later(no_database), Written()
    later.note(written, 1, "a")
    later.flush()
    assert written.told == []
