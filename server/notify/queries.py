"""Reading one's own notifications."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor
from server.notify.actions import person_of
from server.notify.models import Notification, NotificationPreference

_SORTS = {"id": SortKey(Notification.id, int)}


def own_notifications(
    session: Session, actor: Actor, request: PageRequest, *, unread: bool = False
) -> Page[Notification]:
    """Return one page of what one was told, the newest first."""
    query = select(Notification).where(Notification.person_id == person_of(actor))
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if not request.sort:
        request = PageRequest("-id", request.cursor, request.limit)
    page = fetch_page(session, query, request, _SORTS, Notification.id)
    return Page(list(page.rows), page.next_cursor)


def own_preferences(session: Session, actor: Actor) -> NotificationPreference:
    """Return how one wants to be told; what holds for everybody while one has said nothing."""
    person_id = person_of(actor)
    found = session.get(NotificationPreference, person_id)
    return found or NotificationPreference(
        person_id=person_id, mail="at_once", digest_at=480, muted=[]
    )
