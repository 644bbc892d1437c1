"""Writing articles: a change is a version, and what stood there before stays readable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model import standing_model
from cmdb.model.text import clean, text_key
from server.desk.knowledge.models import KnowledgeArticle, KnowledgeVersion
from server.desk.knowledge.queries import find_article
from server.desk.knowledge.rules.suggesting import AUDIENCES, STATES
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.foundation.search.stemming import stems_of

BODY_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article as somebody writes it."""

    title: str
    body: str
    audience: str = "agents"
    state: str = "draft"
    class_code: str = ""
    model: str = ""
    problem_id: int | None = None
    ticket_reference: str = ""
    review_at: datetime | None = None


def write_article(
    session: Session, actor: Actor, draft: ArticleDraft, now: datetime
) -> KnowledgeArticle:
    """Write a new article. Raises ``InvalidValue``, ``PermissionDenied``."""
    actor.require(Permission.TICKET_WORK)
    values = _checked(draft)
    row = KnowledgeArticle(created_at=now, created_by_id=actor.person_id, version=1)
    row.ticket_reference = draft.ticket_reference
    return _save(session, actor, row, values, now)


def change_article(
    session: Session, actor: Actor, article_id: int, draft: ArticleDraft, now: datetime
) -> KnowledgeArticle:
    """Write an article anew; another title or text is another version.

    Raises ``InvalidValue``, ``NotFound``, ``PermissionDenied``.
    """
    row = lock_article(session, actor, article_id)
    values = _checked(draft)
    if (row.title, row.body) != (values["title"], values["body"]):
        row.version += 1
    return _save(session, actor, row, values, now)


def lock_article(session: Session, actor: Actor, article_id: int) -> KnowledgeArticle:
    """Return an article to be written anew, fresh and locked until the transaction ends.

    Raises ``NotFound``, ``PermissionDenied``.
    """
    find_article(session, actor, article_id)
    actor.require(Permission.TICKET_WORK)
    query = select(KnowledgeArticle).where(KnowledgeArticle.id == article_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _save(
    session: Session,
    actor: Actor,
    row: KnowledgeArticle,
    values: Mapping[str, object],
    now: datetime,
) -> KnowledgeArticle:
    for name, value in values.items():
        setattr(row, name, value)
    row.title_key = text_key(row.title)
    row.stems = f" {' '.join(sorted(stems_of(f'{row.title} {row.body} {row.model}')))} "
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.add(row)
    session.flush()
    if session.get(KnowledgeVersion, (row.id, row.version)) is None:
        session.add(
            KnowledgeVersion(
                article_id=row.id,
                version=row.version,
                title=row.title,
                body=row.body,
                at=now,
                person_id=actor.person_id,
            )
        )
        session.flush()
    told = {"state": row.state, "version": row.version}
    audit.record(session, actor, "knowledge.written", f"article:{row.id}", told)
    return row


def _checked(draft: ArticleDraft) -> dict[str, object]:
    title, body = clean(draft.title), clean(draft.body, multiline=True)
    model = clean(draft.model)
    faults = _text_faults(title, body, model)
    if draft.audience not in AUDIENCES:
        faults["audience"] = f"must be one of {', '.join(AUDIENCES)}"
    if draft.state not in STATES:
        faults["state"] = f"must be one of {', '.join(STATES)}"
    if draft.class_code and standing_model().find_class(draft.class_code) is None:
        faults["class_code"] = f"there is no class {draft.class_code!r}"
    if faults:
        raise InvalidValue(faults)
    return {
        "title": title,
        "body": body,
        "audience": draft.audience,
        "state": draft.state,
        "class_code": draft.class_code,
        "model": model,
        "problem_id": draft.problem_id,
        "review_at": draft.review_at,
    }


def _text_faults(title: str, body: str, model: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    for name, text, longest in (("title", title, 255), ("body", body, BODY_LENGTH)):
        if not text:
            faults[name] = "must not be empty"
        elif len(text) > longest:
            faults[name] = f"must not be longer than {longest}"
    if len(model) > 200:
        faults["model"] = "must not be longer than 200"
    return faults
