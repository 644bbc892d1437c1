"""Articles as the actor may read them: agents all, everybody else what is published for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model import standing_model
from cmdb.records.items import Item
from server.desk.knowledge.models import KnowledgeArticle, KnowledgeVersion
from server.desk.knowledge.rules.suggesting import Candidate, suggest
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.foundation.search.stemming import stems_of_word, words_of
from server.items.scope import visible_items

_SORTS = {
    "title": SortKey(KnowledgeArticle.title_key),
    "updated_at": SortKey(KnowledgeArticle.updated_at, datetime.fromisoformat),
}
#: Published articles that are weighed when somebody types.
_WEIGHED = 2000


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; "" narrows nothing. ``due``: those to be looked at again by now."""

    text: str = ""
    state: str = ""
    audience: str = ""
    due: datetime | None = None


def readable_articles(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``KnowledgeArticle`` under which the actor may read it."""
    if actor.may(Permission.TICKET_WORK):
        return true()
    if not actor.may(Permission.TICKET_OPEN):
        return false()
    shown = KnowledgeArticle.state == "published"
    return and_(shown, KnowledgeArticle.audience == "everyone")


def list_articles(
    session: Session, actor: Actor, wanted: ArticleFilter, request: PageRequest
) -> Page[KnowledgeArticle]:
    """Return one page of the articles that fit; every word must be in one, whatever its ending."""
    if not request.sort:
        request = PageRequest("-updated_at", request.cursor, request.limit)
    query = select(KnowledgeArticle).where(readable_articles(actor), *_conditions(wanted))
    return fetch_page(session, query, request, _SORTS, KnowledgeArticle.id)


def _conditions(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    words = dict.fromkeys(words_of(wanted.text[:200]))
    if wanted.text.strip() and not words:
        # Signs alone are in no article; they do not ask for all of them.
        found.append(false())
    for word in words:
        stem = min(stems_of_word(word), key=len)
        # Stems stand between blanks; a beginning of one is enough, so that typing already finds.
        found.append(KnowledgeArticle.stems.contains(f" {stem}", autoescape=True))
    if wanted.state:
        found.append(KnowledgeArticle.state == wanted.state)
    if wanted.audience:
        found.append(KnowledgeArticle.audience == wanted.audience)
    if wanted.due is not None:
        found.append(KnowledgeArticle.review_at <= wanted.due)
    return found


def find_article(session: Session, actor: Actor, article_id: int) -> KnowledgeArticle:
    """Return an article. Raises ``NotFound`` for one that is not the actor's to read."""
    query = select(KnowledgeArticle).where(
        KnowledgeArticle.id == article_id, readable_articles(actor)
    )
    found = session.scalar(query)
    if found is None:
        actor.require(Permission.TICKET_OPEN)
        raise NotFound("article", article_id)
    return found


def versions_of(session: Session, actor: Actor, article_id: int) -> Sequence[KnowledgeVersion]:
    """Return what an article said before, the newest first; for those who work on tickets."""
    find_article(session, actor, article_id)
    actor.require(Permission.TICKET_WORK)
    query = select(KnowledgeVersion).where(KnowledgeVersion.article_id == article_id)
    return session.scalars(query.order_by(KnowledgeVersion.version.desc()).limit(100)).all()


def suggest_articles(
    session: Session, actor: Actor, text: str, item_ids: Sequence[int] = ()
) -> list[KnowledgeArticle]:
    """Return the published articles that fit a text and items in sight, best first."""
    shown = KnowledgeArticle.state == "published"
    query = (
        select(
            KnowledgeArticle.id,
            KnowledgeArticle.stems,
            KnowledgeArticle.class_code,
            KnowledgeArticle.model,
        )
        .where(shown, readable_articles(actor))
        .order_by(KnowledgeArticle.updated_at.desc())
        .limit(_WEIGHED)
    )
    candidates = [
        Candidate(row.id, frozenset(row.stems.split()), row.class_code, row.model)
        for row in session.execute(query)
    ]
    if not candidates:
        return []
    classes, models = _about(session, actor, item_ids)
    ids = suggest(text, classes, models, candidates)
    rows = session.scalars(select(KnowledgeArticle).where(KnowledgeArticle.id.in_(ids))).all()
    return sorted(rows, key=lambda row: ids.index(row.id))


def _about(
    session: Session, actor: Actor, item_ids: Sequence[int]
) -> tuple[frozenset[str], frozenset[str]]:
    if not item_ids:
        return frozenset(), frozenset()
    query = select(Item.class_code, Item.model).where(Item.id.in_(item_ids), visible_items(actor))
    model, classes, models = standing_model(), set(), set()
    for code, name in session.execute(query.distinct()):
        known = model.find_class(code) is not None
        classes |= {str(code), *(map(str, model.ancestors(code)) if known else ())}
        models |= {name.casefold()} - {""}
    return frozenset(classes), frozenset(models)
