"""Watching a view: whoever does is told of what enters it, by their own rights at each look."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, InvalidValue
from server.foundation.permissions import Actor
from server.items.listing.views import ViewKind, findable, get_view
from server.items.models import SavedView, ViewWatch
from server.notify.actions import Notice, tell
from server.people.authentication import load_actor

#: What is in a view that is watched, at most.
MOST = 1000
#: Names of what entered that one notice holds.
_NAMED = 5
#: Watches that one person keeps.
_MOST_WATCHED = 50


def watch_view(
    session: Session, actor: Actor, kind: ViewKind, view_id: int, now: datetime
) -> ViewWatch:
    """Watch a view from now on; what is in it already is not told. Watching twice is once.

    Raises ``NotFound``, and ``InvalidValue`` under "view" for one that holds too much.
    """
    view = get_view(session, actor, kind, view_id)
    known = session.get(ViewWatch, (view.id, actor.person_id))
    if known is not None:
        return known
    count = select(ViewWatch.view_id).where(ViewWatch.person_id == actor.person_id)
    if len(session.scalars(count.limit(_MOST_WATCHED)).all()) >= _MOST_WATCHED:
        raise InvalidValue({"view": f"nobody watches more than {_MOST_WATCHED} views"})
    rows = kind.newest(session, actor, view.query, MOST + 1)
    if len(rows) > MOST:
        raise InvalidValue({"view": f"holds more than {MOST}; narrow it first"})
    ids = [one for one, _ in rows]
    watch = ViewWatch(
        view_id=view.id, person_id=actor.person_id, since=now, looked_at=now, known=ids
    )
    session.add(watch)
    session.flush()
    return watch


def leave_view(session: Session, actor: Actor, kind: ViewKind, view_id: int) -> None:
    """Watch a view no more. Raises ``NotFound`` for one that is out of sight."""
    view = get_view(session, actor, kind, view_id)
    watch = session.get(ViewWatch, (view.id, actor.person_id))
    if watch is not None:
        session.delete(watch)
        session.flush()


def watched_views(session: Session, actor: Actor) -> list[SavedView]:
    """Return the views that the actor watches and may still open, by name."""
    mine = select(ViewWatch.view_id).where(ViewWatch.person_id == actor.person_id)
    query = select(SavedView).where(SavedView.id.in_(mine), findable(actor))
    return list(session.scalars(query.order_by(SavedView.name_key, SavedView.id)))


def watches(session: Session) -> list[tuple[int, int]]:
    """Return (view, person) of all that is watched, in their order."""
    query = select(ViewWatch.view_id, ViewWatch.person_id)
    rows = session.execute(query.order_by(ViewWatch.view_id, ViewWatch.person_id))
    return [(view_id, person_id) for view_id, person_id in rows]


def has_moved(
    session: Session, kinds: Mapping[str, ViewKind], view_id: int, person_id: int
) -> bool:
    """Say whether ``look`` would have something to write; it only reads."""
    watch, rows = _now_in(session, kinds, view_id, person_id)
    return watch is not None and (rows is None or [one for one, _ in rows] != watch.known)


def look(
    session: Session, kinds: Mapping[str, ViewKind], view_id: int, person_id: int, now: datetime
) -> int:
    """Tell whoever watches a view what entered since the last look; return how much it is.

    Who may open the view no longer watches it no longer.
    """
    watch, rows = _now_in(session, kinds, view_id, person_id)
    if watch is None:
        return 0
    if rows is None:
        session.delete(watch)
        session.flush()
        return 0
    known = set(watch.known)
    # Of a view that outgrew its limit the oldest are not looked at: they did not enter.
    least = min(known) if len(known) >= MOST else 0
    entered = [(one, name) for one, name in rows if one not in known and one >= least]
    watch.known, watch.looked_at = [one for one, _ in rows], now
    session.flush()
    if entered:
        view = session.get_one(SavedView, view_id)
        more = f" +{len(entered) - _NAMED}" if len(entered) > _NAMED else ""
        text = ", ".join(name for _, name in entered[:_NAMED]) + more
        path = f"{kinds[view.kind].path}/views/{view.id}"
        detail = {"title": view.name, "text": text}
        key = f"view:{view.id}:{now.isoformat()}"
        tell(session, [person_id], Notice("view_entered", key, path, detail), now)
    return len(entered)


def _now_in(
    session: Session, kinds: Mapping[str, ViewKind], view_id: int, person_id: int
) -> tuple[ViewWatch | None, list[tuple[int, str]] | None]:
    """Return a watch and what its view holds now; None instead of that: it cannot be opened."""
    watch = session.get(ViewWatch, (view_id, person_id))
    view = session.get(SavedView, view_id)
    if watch is None or view is None:
        return None, None
    actor, kind = load_actor(session, person_id), kinds[view.kind]
    if actor is None:
        return watch, None
    try:
        get_view(session, actor, kind, view_id)
        return watch, kind.newest(session, actor, view.query, MOST)
    except CadastreError:
        return watch, None
