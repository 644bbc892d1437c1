"""Writing consumables down, taking some and putting some."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, InvalidValue
from cmdb.model.text import clean, text_key
from cmdb.query.items import find_items
from cmdb.records.parties import Person
from server.assets.stock.models import StockArticle, StockMovement
from server.assets.stock.queries import ArticleRow, get_article, stock_in_scope
from server.foundation import audit
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation
from server.items.scope import visible_items
from server.people.queries.people import seen_people

#: More of anything is a slip of the hand.
MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """A consumable as it is written down; ``place_id`` is the item in which it lies."""

    organisation_id: int
    name: str
    place_id: int | None = None
    minimum: int = 0
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class MovementDraft:
    """Some are put (a positive change) or taken (a negative one), for a person if one is named."""

    change: int
    person_id: int | None = None
    note: str = ""


def create_article(
    session: Session, actor: Actor, draft: ArticleDraft, now: datetime
) -> ArticleRow:
    """Write a consumable down with how many there are.

    Raises ``InvalidValue`` naming each wrong field, ``DuplicateName`` for one known in that place.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    _check(session, actor, draft)
    _refuse_twin(session, draft, 0)
    article = StockArticle(
        organisation_id=draft.organisation_id,
        name=clean(draft.name),
        name_key=text_key(clean(draft.name)),
        place_id=draft.place_id,
        minimum=draft.minimum,
        quantity=0,
        created_at=now,
    )
    session.add(article)
    session.flush()  # the movement names its number
    audit.record(session, actor, "stock.written", f"stock:{article.id}", {"name": article.name})
    if draft.quantity:
        _move(session, actor, article, MovementDraft(draft.quantity), now)
    return get_article(session, actor, article.id)


def edit_article(
    session: Session, actor: Actor, article_id: int, draft: ArticleDraft
) -> ArticleRow:
    """Say anew what a consumable is called, where it lies and how many there should be.

    Its organisation and quantity stay. Raises ``NotFound``, ``PermissionDenied``,
    ``InvalidValue`` or ``DuplicateName``.
    """
    article = _writable(session, actor, article_id)
    draft = ArticleDraft(article.organisation_id, draft.name, draft.place_id, draft.minimum)
    _check(session, actor, draft)
    _refuse_twin(session, draft, article_id)
    article.name, article.name_key = clean(draft.name), text_key(clean(draft.name))
    article.place_id, article.minimum = draft.place_id, draft.minimum
    article.version += 1
    audit.record(session, actor, "stock.written", f"stock:{article.id}", {"name": article.name})
    session.flush()
    return get_article(session, actor, article_id)


def move_stock(
    session: Session, actor: Actor, article_id: int, draft: MovementDraft, now: datetime
) -> StockMovement:
    """Put or take some, and keep a record of it.

    Raises ``NotFound``, ``PermissionDenied``, ``InvalidValue``, or ``Conflict`` when fewer are
    there than are taken.
    """
    article = _writable(session, actor, article_id)
    if not 0 < abs(draft.change) <= MOST:
        raise InvalidValue({"change": f"must be from 1 to {MOST}"})
    if len(draft.note) > 255:
        raise InvalidValue({"note": "must not be longer than 255"})
    if draft.person_id is not None:
        query = select(Person.id).where(Person.id == draft.person_id, seen_people(actor))
        if draft.person_id >= 2**63 or session.scalar(query) is None:
            raise InvalidValue({"person_id": f"there is no active person {draft.person_id}"})
    if article.quantity + draft.change < 0:
        raise Conflict(f"there are only {article.quantity}")
    if article.quantity + draft.change > MOST:
        raise InvalidValue({"change": f"must be from 1 to {MOST}"})
    return _move(session, actor, article, draft, now)


def _move(
    session: Session, actor: Actor, article: StockArticle, draft: MovementDraft, now: datetime
) -> StockMovement:
    article.quantity += draft.change
    row = StockMovement(
        article_id=article.id,
        at=now,
        change=draft.change,
        quantity=article.quantity,
        actor=actor.name,
        person_id=draft.person_id,
        note=clean(draft.note),
    )
    session.add(row)
    session.flush()  # its number is told
    return row


def _writable(session: Session, actor: Actor, article_id: int) -> StockArticle:
    actor.require(Permission.ITEM_WRITE)
    get_article(session, actor, article_id)
    query = select(StockArticle).where(
        StockArticle.id == article_id, stock_in_scope(actor, Permission.ITEM_WRITE)
    )
    article = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if article is None:
        raise PermissionDenied(Permission.ITEM_WRITE)
    return article


def _check(session: Session, actor: Actor, draft: ArticleDraft) -> None:
    problems: dict[str, str] = {}
    if not 0 < len(clean(draft.name)) <= 255:
        problems["name"] = "must have 1 to 255 characters"
    for name in ("minimum", "quantity"):
        if not 0 <= getattr(draft, name) <= MOST:
            problems[name] = f"must be from 0 to {MOST}"
    place = draft.place_id
    if place is not None and place not in find_items(session, [place], visible_items(actor)):
        problems["place_id"] = f"there is no item {place}"
    if problems:
        raise InvalidValue(problems)


def _refuse_twin(session: Session, draft: ArticleDraft, known_id: int) -> None:
    twin = select(StockArticle.id).where(
        StockArticle.organisation_id == draft.organisation_id,
        StockArticle.name_key == text_key(clean(draft.name)),
        StockArticle.place_id.is_not_distinct_from(draft.place_id),
        StockArticle.id != known_id,
    )
    if session.scalar(twin.limit(1)) is not None:
        raise DuplicateName("stock_article", "name", draft.name)
