"""Directories and the reports of their synchronisations, for those who administer them."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import Directory, DirectoryRule, DirectoryRun, Role

DIRECTORY_SORTS = {
    "code": SortKey(Directory.code),
    "updated_at": SortKey(Directory.updated_at, datetime.fromisoformat),
}

RUN_SORTS = {"started_at": SortKey(DirectoryRun.started_at, datetime.fromisoformat)}


def list_directories(session: Session, actor: Actor, page: PageRequest) -> Page[Directory]:
    """Return one page of the directories the actor administers."""
    actor.require(Permission.ADMIN_DIRECTORY)
    return fetch_page(
        session, select(Directory).where(_seen(actor)), page, DIRECTORY_SORTS, Directory.id
    )


def directory(session: Session, actor: Actor, directory_id: int) -> Directory:
    """Return a directory the actor administers; raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_DIRECTORY)
    found = session.scalars(
        select(Directory).where(Directory.id == directory_id, _seen(actor))
    ).first()
    if found is None:
        raise NotFound("directory", directory_id)
    return found


def list_runs(
    session: Session, actor: Actor, directory_id: int, page: PageRequest
) -> Page[DirectoryRun]:
    """Return one page of a directory's synchronisations."""
    query = select(DirectoryRun).where(
        DirectoryRun.directory_id == directory(session, actor, directory_id).id
    )
    return fetch_page(session, query, page, RUN_SORTS, DirectoryRun.id)


def run_of_directory(
    session: Session, actor: Actor, directory_id: int, run_id: int
) -> DirectoryRun:
    """Return one synchronisation of a directory the actor administers, or raise ``NotFound``."""
    found = session.scalars(
        select(DirectoryRun).where(
            DirectoryRun.id == run_id,
            DirectoryRun.directory_id == directory(session, actor, directory_id).id,
        )
    ).first()
    if found is None:
        raise NotFound("synchronisation", run_id)
    return found


def list_rules(
    session: Session, actor: Actor, directory_id: int
) -> list[tuple[DirectoryRule, str | None]]:
    """Return (rule, code of its role) of a directory, in the order in which they count."""
    found = directory(session, actor, directory_id)
    rows = session.execute(
        select(DirectoryRule, Role.code)
        .outerjoin(Role, Role.id == DirectoryRule.role_id)
        .where(DirectoryRule.directory_id == found.id)
        .order_by(DirectoryRule.position, DirectoryRule.id)
    )
    return [(rule, code) for rule, code in rows]


def rule_of_directory(
    session: Session, actor: Actor, directory_id: int, rule_id: int
) -> DirectoryRule:
    """Return one rule of a directory the actor administers, or raise ``NotFound``."""
    found = session.scalars(
        select(DirectoryRule).where(
            DirectoryRule.id == rule_id,
            DirectoryRule.directory_id == directory(session, actor, directory_id).id,
        )
    ).first()
    if found is None:
        raise NotFound("rule", rule_id)
    return found


def _seen(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=Directory.organisation_id)
    return visible(actor, Permission.ADMIN_DIRECTORY, columns)
