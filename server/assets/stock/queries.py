"""Reading stock for an actor."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.assets.stock.models import StockArticle, StockMovement
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

_SORTS = {"name": SortKey(StockArticle.name_key), "id": SortKey(StockArticle.id, int)}


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """A consumable, and the item in which it lies if that is in sight."""

    article: StockArticle
    place: Item | None

    @property
    def is_low(self) -> bool:
        """Say whether there are fewer than there should be."""
        return self.article.quantity < self.article.minimum


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A taking or putting, and for whom."""

    movement: StockMovement
    person: Person | None


def stock_in_scope(
    actor: Actor, permission: Permission = Permission.ITEM_READ
) -> ColumnElement[bool]:
    """Return the condition on ``StockArticle`` for what the actor may see, or do."""
    return visible(actor, permission, ScopeColumns(StockArticle.organisation_id))


def _rows(actor: Actor) -> Select[StockArticle, Item]:
    seen = aliased(Item, select(Item).where(visible_items(actor)).subquery())
    return (
        select(StockArticle, seen)
        .outerjoin(seen, seen.id == StockArticle.place_id)
        .where(stock_in_scope(actor))
    )


def list_articles(
    session: Session,
    actor: Actor,
    text: str,
    request: PageRequest,
    *,
    place_id: int | None = None,
    low_only: bool = False,
) -> Page[ArticleRow]:
    """Return one page of what lies in stock by name; ``text`` is how the name begins."""
    actor.require(Permission.ITEM_READ)
    query = _rows(actor)
    if text:
        query = query.where(StockArticle.name_key.startswith(text_key(text), autoescape=True))
    if place_id is not None:
        query = query.where(StockArticle.place_id == place_id)
    if low_only:
        query = query.where(StockArticle.quantity < StockArticle.minimum)
    page = fetch_page(session, query, request, _SORTS, StockArticle.id)
    return Page([ArticleRow(*row) for row in page.rows], page.next_cursor)


def get_article(session: Session, actor: Actor, article_id: int) -> ArticleRow:
    """Return one consumable. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    found = session.execute(_rows(actor).where(StockArticle.id == article_id)).one_or_none()
    if found is None:
        raise NotFound("stock_article", article_id)
    return ArticleRow(found[0], found[1])


def movements_of(
    session: Session, actor: Actor, article_id: int, request: PageRequest
) -> Page[MovementRow]:
    """Return one page of what was taken and put, the latest first. Raises ``NotFound``."""
    get_article(session, actor, article_id)
    query = (
        select(StockMovement, Person)
        .outerjoin(Person, Person.id == StockMovement.person_id)
        .where(StockMovement.article_id == article_id)
    )
    latest = PageRequest("-id", request.cursor, request.limit)
    sorts = {"id": SortKey(StockMovement.id, int)}
    page = fetch_page(session, query, latest, sorts, StockMovement.id)
    return Page([MovementRow(*row) for row in page.rows], page.next_cursor)
