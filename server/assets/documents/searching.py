"""Finding documents by their words, and taking into the index those that were there before it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.assets.documents.indexing import fill_documents, holding
from server.assets.documents.models import Document
from server.assets.documents.queries import documents_in_scope
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Actor, Permission
from server.foundation.search.index import NEWEST
from server.foundation.search.ranking import Candidate, ranked

#: The kind of job, as in ``server.wiring.JOBS``.
INDEX_DOCUMENTS = "search.documents"


def run_document_indexing(context: JobContext) -> Mapping[str, Any]:
    """Take into the index what is missing there; what is written anew goes in at once."""
    done = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            taken = fill_documents(session)
        done += taken
        if not taken:
            return {"documents": done}


def search_documents(session: Session, actor: Actor, words: str, limit: int) -> list[Document]:
    """Return the best of the newest documents in sight that hold every word."""
    actor.require(Permission.ITEM_READ)
    query = (
        select(Document.id, Document.title)
        .where(documents_in_scope(actor), holding(words))
        .order_by(Document.id.desc())
        .limit(NEWEST)
    )
    found = [Candidate(row.id, row.title) for row in session.execute(query)]
    best = ranked(words, found)[:limit]
    rows = {row.id: row for row in session.scalars(select(Document).where(Document.id.in_(best)))}
    return [rows[one] for one in best if one in rows]
