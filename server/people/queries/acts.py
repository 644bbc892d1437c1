"""The record of acts, for those who administer the whole installation."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.foundation.audit import AuditEntry
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts; None and "" mean no matter. ``subject`` is "<kind>:<id>"."""

    act: str = ""
    person_id: int | None = None
    subject: str = ""


def list_acts(
    session: Session, actor: Actor, wanted: ActFilter, page: PageRequest
) -> Page[AuditEntry]:
    """Return one page of acts, the latest first.

    Acts belong to no organisation: needs ``admin:read`` on the whole tree.
    """
    _require_whole_tree(actor)
    latest = PageRequest("-seq", page.cursor, page.limit)
    sorts = {"seq": SortKey(AuditEntry.seq, int)}
    return fetch_page(session, _acts(wanted), latest, sorts, AuditEntry.seq)


def kinds_of_acts(session: Session, actor: Actor) -> list[str]:
    """Return which acts have happened, for a filter."""
    _require_whole_tree(actor)
    return list(session.scalars(select(AuditEntry.act).distinct().order_by(AuditEntry.act)))


def _acts(wanted: ActFilter) -> Select[AuditEntry]:
    query = select(AuditEntry)
    for column, value in (
        (AuditEntry.act, wanted.act),
        (AuditEntry.person_id, wanted.person_id),
        (AuditEntry.subject, wanted.subject),
    ):
        if value not in (None, ""):
            query = query.where(column == value)
    return query


def _require_whole_tree(actor: Actor) -> None:
    held = actor.grants_for(Permission.ADMIN_READ)
    if not any(grant.organisation_ids is None for grant in held):
        raise PermissionDenied(Permission.ADMIN_READ)
