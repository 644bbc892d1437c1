"""A person's own tokens and sessions. Secrets are not among what can be read."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor
from server.people.models import ApiToken, WebSession

TOKEN_SORTS = {"created_at": SortKey(ApiToken.created_at, datetime.fromisoformat)}


def list_own_tokens(session: Session, actor: Actor, page: PageRequest) -> Page[ApiToken]:
    """Return one page of the actor's tokens, those revoked or expired included."""
    query = select(ApiToken).where(ApiToken.person_id == actor.person_id)
    return fetch_page(session, query, page, TOKEN_SORTS, ApiToken.id)


def own_sessions(session: Session, actor: Actor, now: datetime) -> list[WebSession]:
    """Return where the actor is signed in now, the latest first."""
    return list(
        session.scalars(
            select(WebSession)
            .where(
                WebSession.person_id == actor.person_id,
                WebSession.revoked_at.is_(None),
                WebSession.expires_at > now,
            )
            .order_by(WebSession.id.desc())
        )
    )
