"""Views of a list that people keep: a query, its columns and its order, under a name.

One mechanism for every list; what a list is of is its ``ViewKind``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from cmdb.query.items import ItemFilter
from cmdb.query.language import is_plain_text
from cmdb.records.items import Item
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor, Permission
from server.items.models import SavedView, ViewWatch
from server.items.queries import selected_items

_MOST = 200


@dataclass(frozen=True, slots=True)
class ViewKind:
    """What the views of one kind list.

    ``check`` raises for a query that nobody could ask. ``newest`` returns (id, name) of what fits
    a query and is in sight, the newest first, at most so many. ``path`` is the list's page.
    """

    code: str
    permission: Permission
    path: str
    check: Callable[[Session, Actor, str], object]
    newest: Callable[[Session, Actor, str, int], list[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """A view as a person wants it.

    ``shared``: everybody who may read what it lists finds it; ``group_id``: the people of one of
    one's own groups do.
    """

    name: str
    query: str = ""
    columns: Sequence[str] = ()
    sort: str = ""
    shared: bool = False
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class FoundView:
    """A view, and whether the actor watches it."""

    view: SavedView
    watched: bool


def list_views(session: Session, actor: Actor, kind: ViewKind) -> list[FoundView]:
    """Return the actor's own views and those that others share with them, by name."""
    actor.require(kind.permission)
    mine = and_(ViewWatch.view_id == SavedView.id, ViewWatch.person_id == actor.person_id)
    query = (
        select(SavedView, ViewWatch.view_id)
        .outerjoin(ViewWatch, mine)
        .where(SavedView.kind == kind.code, findable(actor))
        .order_by(SavedView.name_key, SavedView.id)
    )
    return [FoundView(view, watched is not None) for view, watched in session.execute(query)]


def save_view(
    session: Session, actor: Actor, kind: ViewKind, draft: ViewDraft, now: datetime
) -> SavedView:
    """Keep a view; one of the same name that is one's own is replaced.

    Raises ``QueryFault`` or ``InvalidValue`` for a query that nobody could ask, ``InvalidValue``
    for a missing name and for somebody else's group.
    """
    actor.require(kind.permission)
    if actor.person_id is None:
        raise NotSignedIn("only people keep views")
    name = clean(draft.name)[:100]
    if not name:
        raise InvalidValue({"name": "must not be empty"})
    if draft.group_id is not None and draft.group_id not in actor.group_ids:
        raise InvalidValue({"group_id": "must be a group of one's own"})
    kind.check(session, actor, draft.query)
    own = select(SavedView).where(
        SavedView.person_id == actor.person_id, SavedView.kind == kind.code
    )
    view = session.scalar(own.where(SavedView.name_key == text_key(name)))
    if view is None:
        if len(session.scalars(own.limit(_MOST)).all()) >= _MOST:
            raise InvalidValue({"name": f"nobody keeps more than {_MOST} views"})
        view = SavedView(
            kind=kind.code, person_id=actor.person_id, name_key=text_key(name), created_at=now
        )
        session.add(view)
    view.name, view.query, view.sort = name, draft.query.strip(), draft.sort[:60]
    view.columns, view.shared = [str(one)[:63] for one in draft.columns][:50], draft.shared
    view.group_id = draft.group_id
    session.flush()
    return view


def get_view(session: Session, actor: Actor, kind: ViewKind, view_id: int) -> SavedView:
    """Return a view that is one's own or shared with one. Raises ``NotFound``."""
    actor.require(kind.permission)
    query = select(SavedView).where(
        SavedView.id == view_id, SavedView.kind == kind.code, findable(actor)
    )
    view = session.scalar(query)
    if view is None:
        raise NotFound("view", view_id)
    return view


def delete_view(session: Session, actor: Actor, kind: ViewKind, view_id: int) -> None:
    """Forget a view of one's own. Raises ``NotFound``."""
    view = get_view(session, actor, kind, view_id)
    if view.person_id != actor.person_id:
        raise NotFound("view of one's own", view_id)
    session.delete(view)
    session.flush()


def findable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for views that are the actor's own, or shared with them."""
    return or_(
        SavedView.person_id == actor.person_id,
        SavedView.shared,
        SavedView.group_id.in_(actor.group_ids),
    )


def _items_of(query: str) -> ItemFilter:
    return ItemFilter(text=query) if is_plain_text(query) else ItemFilter(query=query)


def _check_items(session: Session, actor: Actor, query: str) -> None:
    if not is_plain_text(query):
        selected_items(session, actor, _items_of(query))


def _newest_items(session: Session, actor: Actor, query: str, most: int) -> list[tuple[int, str]]:
    selected = selected_items(session, actor, _items_of(query))
    rows = selected.with_only_columns(Item.id, Item.name).order_by(None).order_by(Item.id.desc())
    return [(item_id, name) for item_id, name in session.execute(rows.limit(most))]


#: Views of the list of items.
ITEM_VIEWS = ViewKind("items", Permission.ITEM_READ, "/items", _check_items, _newest_items)
