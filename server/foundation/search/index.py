"""The index of words: one interface over FTS5 (SQLite) and tsvector (PostgreSQL), filled from code.

The index holds nothing that is not elsewhere: it is made where it is missing and filled again. A
document is what may be found: a ticket with all that was said on it, an item, a paper. It has two
lists of terms, one for whoever may read it and one for those who may read what is internal.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    FunctionElement,
    MetaData,
    Select,
    SQLColumnExpression,
    String,
    column,
    event,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from cmdb.records.base import Base
from server.foundation.search.parts import make_part_indexes
from server.foundation.search.stemming import stems_of_word, words_of

#: What is found; a document's number is its subject's id times eight and this.
TICKET, ITEM, DOCUMENT = 1, 2, 3
_STEP = 8
#: How many documents of a search are looked at, the newest ones.
NEWEST = 2000
#: Words of a question beyond these are not asked.
_MOST_ASKED = 12
#: Three characters in a row of a name; no word of a language begins so.
_GRAM = "3g"
#: A last word of so many letters is met by its beginning.
_GROWING = 3
_LONGEST = 40

_INDEX = table("search_index", column("rowid", BigInteger))
_SQLITE = """CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5(
    open_terms, inner_terms, detail=column, tokenize='unicode61 remove_diacritics 0')"""
_POSTGRESQL = (
    """CREATE TABLE IF NOT EXISTS search_index (rowid bigint PRIMARY KEY,
    open_terms tsvector NOT NULL, all_terms tsvector NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS search_index_open ON search_index USING gin (open_terms)",
    "CREATE INDEX IF NOT EXISTS search_index_all ON search_index USING gin (all_terms)",
)


def make_index(connection: Connection) -> None:
    """Make the index where it is missing; it begins empty."""
    for statement in (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    make_part_indexes(connection)


def drop_index(connection: Connection) -> None:
    """Take the index away; whoever makes it again fills it again."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS search_index")


@event.listens_for(Base.metadata, "after_create")
def _made_with_the_schema(
    _metadata: MetaData, connection: Connection | Engine, **_options: Any
) -> None:
    if isinstance(connection, Connection):
        make_index(connection)


@dataclass(frozen=True, slots=True)
class Document:
    """The terms under which something is found: openly, and besides by insiders."""

    kind: int
    subject_id: int
    open_terms: frozenset[str]
    inner_terms: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """Return the document's number in the index."""
        return self.subject_id * _STEP + self.kind


def grams_of(name: str) -> frozenset[str]:
    """Return the trigrams of a name, without what separates its parts.

    >>> sorted(grams_of("DB-07"))
    ['3gb07', '3gdb0']
    """
    plain = "".join(words_of(name))
    return frozenset(_GRAM + plain[at : at + 3] for at in range(len(plain) - 2))


_PUT_ON_SQLITE = text(
    "INSERT OR REPLACE INTO search_index (rowid, open_terms, inner_terms) VALUES (:n, :o, :i)"
)
_PUT_ON_POSTGRESQL = text(
    "INSERT INTO search_index (rowid, open_terms, all_terms) VALUES (:n,"
    " array_to_tsvector(CAST(:o AS text[])),"
    " array_to_tsvector(CAST(:o AS text[]) || CAST(:i AS text[])))"
    " ON CONFLICT (rowid) DO UPDATE SET open_terms = excluded.open_terms,"
    " all_terms = excluded.all_terms"
)


def put(session: Session, documents: Iterable[Document]) -> None:
    """Write documents, each in the place of what it was."""
    known = {one.number: one for one in documents}
    form: Callable[[Iterable[str]], Any] = " ".join if _is_sqlite(session) else list
    rows = [
        {"n": number, "o": form(sorted(one.open_terms)), "i": form(sorted(one.inner_terms))}
        for number, one in known.items()
    ]
    if not rows:
        return
    if _is_sqlite(session):
        session.execute(_PUT_ON_SQLITE, rows)
        return
    session.execute(_PUT_ON_POSTGRESQL, rows)


def extend(session: Session, document: Document) -> bool:
    """Add terms to a document; False when it is not in the index, and has to be put whole."""
    number = document.number
    if _is_sqlite(session):
        found = session.execute(
            text("SELECT open_terms, inner_terms FROM search_index WHERE rowid = :n"), {"n": number}
        ).first()
        if found is None:
            return False
        open_terms = document.open_terms | set(found[0].split())
        inner = document.inner_terms | set(found[1].split())
        put(session, [Document(document.kind, document.subject_id, open_terms, inner)])
        return True
    known = session.execute(
        text(
            "UPDATE search_index SET"
            " open_terms = open_terms || array_to_tsvector(CAST(:o AS text[])), all_terms ="
            " all_terms || array_to_tsvector(CAST(:o AS text[]) || CAST(:i AS text[]))"
            " WHERE rowid = :n RETURNING rowid"
        ),
        {"n": number, "o": sorted(document.open_terms), "i": sorted(document.inner_terms)},
    ).first()
    return known is not None


def forget(session: Session, kind: int, subject_ids: Collection[int]) -> None:
    """Take documents out of the index."""
    rows = [{"n": one * _STEP + kind} for one in subject_ids]
    if rows:
        session.execute(text("DELETE FROM search_index WHERE rowid = :n"), rows)


def is_empty(session: Session, kind: int) -> bool:
    """Say whether nothing of a kind is in the index."""
    query = select(_INDEX.c.rowid).where(_INDEX.c.rowid % _STEP == kind).limit(1)
    return session.execute(query).first() is None


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


#: A question: every group must be met, by one of its alternatives with all the terms of that. A
#: term that ends in ``*`` stands for all that begin so.
Question = Sequence[Sequence[frozenset[str]]]


def asked(words: str, *, names: bool = False) -> Question:
    """Return the question of what somebody typed, whose last word may still be growing.

    With ``names``, parts of names are met too.

    >>> asked("printers on")[0] == [frozenset({"printer"}), frozenset({"printers"})]
    True
    """
    typed = list(dict.fromkeys(words_of(words)))[:_MOST_ASKED]
    return [
        list(_alternatives(word, names=names, growing=word == typed[-1] and len(word) >= _GROWING))
        for word in typed
    ]


def part_of_name(words: str) -> Question:
    """Return the question for a part of a name, whatever separates its parts; [] if too short."""
    grams = grams_of(words)
    return [[grams]] if grams else []


def _alternatives(word: str, *, names: bool, growing: bool) -> Iterator[frozenset[str]]:
    yield from (frozenset({stem}) for stem in sorted(stems_of_word(word)))
    if growing:
        yield frozenset({f"{word[:_LONGEST]}*"})
    grams = grams_of(word) if names else frozenset()
    if grams:
        yield grams


def matching(question: Question, kind: int, *, inner: bool) -> Select[int]:
    """Select the ids of the subjects of a kind that a question meets."""
    found = _matches(question, inner=inner)
    number = _INDEX.c.rowid
    return select((number // _STEP).label("subject_id")).where(found, number % _STEP == kind)


def newest_matching(
    question: Question, kind: int, *, inner: bool, limit: int, after: int = 0
) -> Select[int]:
    """Select the same, the highest ids first, of those above ``after``: read off in that order."""
    number = _INDEX.c.rowid
    found = matching(question, kind, inner=inner).where(number >= (after + 1) * _STEP)
    return found.order_by(number.desc()).limit(limit)


def joined(
    query: Select[*tuple[Any, ...]],
    subject: SQLColumnExpression[int],
    question: Question,
    kind: int,
    *,
    inner: bool,
) -> Select[*tuple[Any, ...]]:
    """Narrow ``query`` to subjects that a question meets, and order it by them, newest first.

    The documents are read in that order, so that a limit ends the reading: of a word that every
    tenth ticket holds, a twentieth of a million documents are looked at.
    """
    number = _INDEX.c.rowid
    return (
        query.join(_INDEX, subject == number // _STEP)
        .where(_matches(question, inner=inner), number % _STEP == kind)
        .order_by(number.desc())
    )


def joined_to_few(
    session: Session,
    query: Select[*tuple[Any, ...]],
    subject: SQLColumnExpression[int],
    question: Question,
    kind: int,
    *,
    inner: bool,
) -> Select[*tuple[Any, ...]]:
    """Do the same for a ``query`` of few subjects: the document of each is looked up.

    Not on SQLite, which would look the words up for each of them.
    """
    if _is_sqlite(session):
        return joined(query, subject, question, kind, inner=inner)
    return (
        query.join(_INDEX, _INDEX.c.rowid == subject * _STEP + kind)
        .where(_matches(question, inner=inner))
        .order_by(subject.desc())
    )


def _matches(question: Question, *, inner: bool) -> ColumnElement[bool]:
    sqlite = _written(question, " OR ", " AND ", lambda term, star: f'"{term}"{star}')
    postgres = _written(
        question, " | ", " & ", lambda term, star: f"'{term}'{':*' if star else ''}"
    )
    if not inner:
        sqlite = "{open_terms} : (" + sqlite + ")"
    kind = _InAll if inner else _InOpen
    return kind(literal(sqlite, String), literal(postgres, String))


def _written(question: Question, either: str, both: str, term: Callable[[str, str], str]) -> str:
    """Write a question in a database's own language; terms hold letters and digits alone."""

    def told(terms: frozenset[str]) -> str:
        parts = (term(one.rstrip("*"), "*" if one.endswith("*") else "") for one in sorted(terms))
        return "(" + both.join(parts) + ")"

    return both.join("(" + either.join(map(told, group)) + ")" for group in question)


class _InOpen(FunctionElement[bool]):
    """The document's open terms meet a question, written for either database."""

    type = Boolean()
    inherit_cache = True
    column = "open_terms"

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - SQLAlchemy's own hook
        """Stay as it is: SQLite knows no truth of MATCH that could be compared with one."""
        return self


class _InAll(_InOpen):
    """All of the document's terms meet a question."""

    inherit_cache = True
    column = "all_terms"


@compiles(_InOpen, "sqlite")
@compiles(_InAll, "sqlite")
def _in_sqlite(element: _InOpen, compiler: Any, **options: Any) -> str:
    sqlite, _postgres = element.clauses
    return f"search_index MATCH {compiler.process(sqlite, **options)}"


@compiles(_InOpen, "postgresql")
@compiles(_InAll, "postgresql")
def _in_postgresql(element: _InOpen, compiler: Any, **options: Any) -> str:
    _sqlite, postgres = element.clauses
    asked_for = compiler.process(postgres, **options)
    return f"search_index.{element.column} @@ CAST({asked_for} AS tsquery)"
