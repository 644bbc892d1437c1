"""Words are found by their stems, names by their parts, on SQLite and PostgreSQL alike."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from server.foundation.database import Database
from server.foundation.search.index import (
    ITEM,
    TICKET,
    Document,
    asked,
    drop_index,
    extend,
    forget,
    grams_of,
    is_empty,
    make_index,
    matching,
    newest_matching,
    part_of_name,
    put,
)
from server.foundation.search.stemming import stems_of

JAM = Document(TICKET, 7, stems_of("The printers jam"), stems_of("Password reset by O'Neill"))
HOST = Document(ITEM, 9, stems_of("Web server") | grams_of("DB-07.example") | grams_of("5CG0123"))
HINTS = Document(TICKET, 8, stems_of("Las impresoras no imprimen. Принтеры не печатают"))


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = Database(database_url, {})
    with database.writing() as opened:
        put(opened, [JAM, HOST, HINTS])
        yield opened
    database.dispose()


def found(session: Session, words: str, kind: int = TICKET, *, inner: bool = False) -> list[int]:
    question = asked(words, names=kind == ITEM)
    return sorted(row[0] for row in session.execute(matching(question, kind, inner=inner)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("printer", [7]),
        ("PRINTER jammed", [7]),
        ("printer burns", []),
        ("impresora", [8]),
        ("принтера печатает", [8]),
        ("server", []),
        ("'); drop table ticket; --", []),
        ('jam" OR "x', []),
    ],
)
def test_every_word_must_be_there_whatever_its_ending(
    session: Session, words: str, expected: list[int]
) -> None:
    assert found(session, words) == expected


def test_what_is_internal_is_found_by_insiders_alone(session: Session) -> None:
    assert found(session, "password") == []
    assert found(session, "password printer", inner=True) == [7]


def test_names_are_found_by_a_part_of_them_and_words_by_stem(session: Session) -> None:
    assert found(session, "b07", ITEM) == [9]
    for part, expected in (("b-07", [9]), ("07.exam", [9]), ("07", []), ("b-08", [])):
        question = part_of_name(part)
        query = matching(question, ITEM, inner=False)
        rows = session.execute(query).all() if question else []
        assert [row[0] for row in rows] == expected
    assert found(session, "g012 servers", ITEM) == [9]
    assert found(session, "b08", ITEM) == []


def test_the_newest_are_read_first_and_no_farther_than_asked(session: Session) -> None:
    put(session, [Document(TICKET, n, stems_of("printer")) for n in (20, 11, 30)])
    put(session, [Document(ITEM, n, stems_of("printer")) for n in (20, 40)])

    def newest(limit: int, after: int = 0) -> list[int]:
        question = asked("printer")
        query = newest_matching(question, TICKET, inner=False, limit=limit, after=after)
        return [row[0] for row in session.execute(query)]

    assert newest(9) == [30, 20, 11, 7]
    assert newest(2) == [30, 20]
    assert newest(9, after=11) == [30, 20]


def test_documents_grow_are_replaced_and_forgotten(session: Session) -> None:
    more = Document(TICKET, 7, stems_of("toner"), stems_of("drum"))
    assert extend(session, more)
    assert found(session, "toner printer") == [7]
    assert found(session, "drum") == []
    assert found(session, "drum password", inner=True) == [7]
    put(session, [more, more])
    assert found(session, "printer", inner=True) == []
    assert not extend(session, Document(TICKET, 70, stems_of("x")))
    forget(session, TICKET, [7, 70])
    assert found(session, "toner") == []


def test_an_index_that_is_lost_is_made_anew_and_begins_empty(session: Session) -> None:
    assert not is_empty(session, ITEM)
    drop_index(session.connection())
    make_index(session.connection())
    make_index(session.connection())
    assert is_empty(session, ITEM)
    put(session, [HOST])
    assert not is_empty(session, ITEM)
