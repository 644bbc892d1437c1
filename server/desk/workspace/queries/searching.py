"""Finding by words, over several features at once."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.assets.documents.searching import search_documents
from server.desk.knowledge.queries import ArticleFilter, list_articles
from server.desk.tickets.queries.searching import search_tickets
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.items.searching import search_items
from server.people.queries.people import PersonFilter, list_people

KINDS = ("ticket", "item", "document", "person", "article")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    kind: str
    id: int
    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found, best first within each kind."""

    rows: list[Hit]
    tickets_examined: int = 0
    tickets_more: bool = False


def search_everywhere(
    session: Session, actor: Actor, words: str, kinds: Collection[str], limit: int
) -> Found:
    """Return what holds the words, of those kinds that the actor may read at all."""
    rows: list[Hit] = []
    examined, more = 0, False
    page = PageRequest(limit=limit)
    if "ticket" in kinds and actor.may(Permission.TICKET_READ):
        found = search_tickets(session, actor, words, limit)
        rows += [Hit("ticket", one.id, one.reference, one.title) for one in found.tickets]
        examined, more = found.examined, found.more
    if "item" in kinds and actor.may(Permission.ITEM_READ):
        items = search_items(session, actor, words, limit)
        rows += [Hit("item", one.id, "", one.name) for one in items]
    if "document" in kinds and actor.may(Permission.ITEM_READ):
        papers = search_documents(session, actor, words, limit)
        rows += [Hit("document", one.id, "", one.title) for one in papers]
    if "person" in kinds and actor.may(Permission.PERSON_READ):
        people = list_people(session, actor, PersonFilter(q=words), page).rows
        rows += [Hit("person", one.id, "", one.display_name) for one in people]
    if "article" in kinds and actor.may(Permission.TICKET_OPEN):
        articles = list_articles(session, actor, ArticleFilter(words), page).rows
        rows += [Hit("article", one.id, "", one.title) for one in articles]
    return Found(rows, examined, more)
