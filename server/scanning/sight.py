"""Rows of discovery as far as an actor may see them: those of the organisations in reach."""

from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.base import Base
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.scanning.models import Probe, ScanOutcome, ScanRun

#: What belongs to an organisation: it has ``id`` and ``organisation_id``.
Owned = TypeVar("Owned", bound=Base)
Newest = TypeVar("Newest", Probe, ScanOutcome, ScanRun)


def seen(actor: Actor, kind: type[Owned]) -> Select[Owned]:
    """Return the query for the rows of a kind that an actor may see."""
    actor.require(Permission.DISCOVERY_READ)
    columns = ScopeColumns(kind.__table__.c["organisation_id"])
    return select(kind).where(visible(actor, Permission.DISCOVERY_READ, columns))


def get_seen(session: Session, actor: Actor, kind: type[Owned], row_id: int, word: str) -> Owned:
    """Return one row. Raises ``NotFound``, which calls it ``word``."""
    row = session.scalar(seen(actor, kind).where(kind.__table__.c["id"] == row_id))
    if row is None:
        raise NotFound(word, row_id)
    return row


def newest_first(
    session: Session, query: Select[Any], kind: type[Newest], request: PageRequest
) -> Page[Newest]:
    """Return one page of rows, newest first."""
    newest = PageRequest("-id", request.cursor, request.limit)
    return fetch_page(session, query, newest, {"id": SortKey(kind.id, int)}, kind.id)
