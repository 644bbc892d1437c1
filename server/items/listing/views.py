"""Views of the item list that people keep: a query, its columns and its order, under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from cmdb.query.items import ItemFilter
from cmdb.query.language import is_plain_text
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor, Permission
from server.items.models import SavedView
from server.items.queries import selected_items

_MOST = 200


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """A view as a person wants it; ``shared``: everybody who may read items finds it."""

    name: str
    query: str = ""
    columns: Sequence[str] = ()
    sort: str = ""
    shared: bool = False


def list_views(session: Session, actor: Actor) -> list[SavedView]:
    """Return the actor's own views and those that others share, by name."""
    actor.require(Permission.ITEM_READ)
    return list(
        session.scalars(
            select(SavedView)
            .where(or_(SavedView.person_id == actor.person_id, SavedView.shared))
            .order_by(SavedView.name_key, SavedView.id)
        )
    )


def save_view(session: Session, actor: Actor, draft: ViewDraft, now: datetime) -> SavedView:
    """Keep a view; one of the same name that is one's own is replaced.

    Raises ``QueryFault`` for a query that nobody could ask, ``InvalidValue`` for a missing name.
    """
    actor.require(Permission.ITEM_READ)
    if actor.person_id is None:
        raise NotSignedIn("only people keep views")
    name = clean(draft.name)[:100]
    if not name:
        raise InvalidValue({"name": "must not be empty"})
    if not is_plain_text(draft.query):
        selected_items(session, actor, ItemFilter(query=draft.query))
    own = select(SavedView).where(SavedView.person_id == actor.person_id)
    view = session.scalar(own.where(SavedView.name_key == text_key(name)))
    if view is None:
        if len(session.scalars(own.limit(_MOST)).all()) >= _MOST:
            raise InvalidValue({"name": f"nobody keeps more than {_MOST} views"})
        view = SavedView(person_id=actor.person_id, name_key=text_key(name), created_at=now)
        session.add(view)
    view.name, view.query, view.sort = name, draft.query.strip(), draft.sort[:60]
    view.columns, view.shared = [str(one)[:63] for one in draft.columns][:50], draft.shared
    session.flush()
    return view


def get_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """Return a view that is one's own or shared. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    view = session.get(SavedView, view_id)
    if view is None or not (view.shared or view.person_id == actor.person_id):
        raise NotFound("view", view_id)
    return view


def delete_view(session: Session, actor: Actor, view_id: int) -> None:
    """Forget a view of one's own. Raises ``NotFound``."""
    view = get_view(session, actor, view_id)
    if view.person_id != actor.person_id:
        raise NotFound("view of one's own", view_id)
    session.delete(view)
