"""Taking documents into the index of words: title, kind, note, and the names of their files."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.assets.documents.models import Document, DocumentVersion
from server.foundation.search import index
from server.foundation.search.marks import mark_of
from server.foundation.search.stemming import stems_of
from server.foundation.translation import LANGUAGES, Language

_MARK = "documents"
_BATCH = 200
#: What a document was called longer ago finds it no more.
_MOST_NAMES = 50


def index_documents(session: Session, document_ids: Sequence[int]) -> None:
    """Write what documents are found by anew: one entry for each, whatever its versions."""
    query = select(Document).where(Document.id.in_(document_ids))
    index.put(session, [_entry(session, one) for one in session.scalars(query).all()])


def fill_documents(session: Session) -> int:
    """Take the next documents into the index, the newest first; 0 when all are in."""
    newest = session.scalar(select(func.max(Document.id))) or 0
    lost = newest > 0 and index.is_empty(session, index.DOCUMENT)
    mark = mark_of(session, _MARK, newest + 1, lost=lost)
    if mark.filled:
        return 0
    query = select(Document.id).where(Document.id < mark.position).order_by(Document.id.desc())
    ids = session.scalars(query.limit(_BATCH)).all()
    index_documents(session, ids)
    mark.position, mark.filled = (ids[-1], False) if ids else (0, True)
    return len(ids)


def holding(words: str) -> ColumnElement[bool]:
    """Return the condition on ``Document`` that the index finds it by every one of the words.

    Parts of its title and of its newest file's name are enough.
    """
    questions = [one for one in (index.asked(words, names=True), index.part_of_name(words)) if one]
    met = [index.matching(one, index.DOCUMENT, inner=False) for one in questions]
    return or_(*(Document.id.in_(one) for one in met), Document.id < 0)


def _entry(session: Session, row: Document) -> index.Document:
    files = _file_names(session, row.id)
    texts = [row.title, row.note, *_kind_words(row.kind), *files]
    named = [row.title, *files[:1]]
    terms = _all(map(stems_of, texts)) | _all(map(index.grams_of, named))
    return index.Document(index.DOCUMENT, row.id, terms)


def _all(terms: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*terms)


def _kind_words(kind: str) -> Iterator[str]:
    """Yield what a kind is called in each language; "other" says nothing."""
    if kind != "other":
        # The catalogues know each kind by its name, which is its code with a capital letter.
        yield from (Language(code).gettext(kind.capitalize()) for code in LANGUAGES)


def _file_names(session: Session, document_id: int) -> list[str]:
    query = (
        select(DocumentVersion.file_name)
        .where(DocumentVersion.document_id == document_id, DocumentVersion.file_name != "")
        .order_by(DocumentVersion.number.desc())
        .limit(_MOST_NAMES)
    )
    return list(session.scalars(query))
