"""Changes, one and many, as the actor may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import clean, text_key
from cmdb.records.parties import Organisation, OrganisationClosure, Person
from server.desk.changes.models import Change, ChangeApproval, ChangeItem, ChangeService
from server.desk.changes.queries.scope import visible_changes, waits_for
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission

#: The largest id a database takes; what is larger does not exist.
_MAX_ID = 2**63 - 1

SORTS: Mapping[str, SortKey] = {
    "created": SortKey(Change.created_at, datetime.fromisoformat),
    "updated": SortKey(Change.updated_at, datetime.fromisoformat),
    "risk": SortKey(Change.risk, int),
    "id": SortKey(Change.id, int),
}

Author = aliased(Person)
Implementer = aliased(Person)


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes; None and "" narrow nothing.

    ``window_from`` and ``window_to`` choose those whose window overlaps that time; ``waiting``
    those that wait for the actor's approval.
    """

    text: str = ""
    state: str = ""
    open: bool | None = None
    kind: str = ""
    author_id: int | None = None
    implementer_id: int | None = None
    item_id: int | None = None
    service_id: int | None = None
    release_id: int | None = None
    organisation_id: int | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change with the people it names."""

    change: Change
    author: Person | None
    implementer: Person | None


@dataclass(frozen=True, slots=True)
class ChangeHeader:
    """A change with all it names, and what the actor may do to it."""

    change: Change
    author: Person | None
    implementer: Person | None
    organisation: Organisation
    may_write: bool


def list_changes(
    session: Session, actor: Actor, wanted: ChangeFilter, request: PageRequest
) -> Page[ChangeRow]:
    """Return one page of the changes that fit and are in sight; the newest first by default."""
    _require(actor, wanted)
    if not request.sort:
        request = PageRequest("-created", request.cursor, request.limit)
    query = (
        select(Change, Author, Implementer)
        .outerjoin(Author, Author.id == Change.author_id)
        .outerjoin(Implementer, Implementer.id == Change.implementer_id)
        .where(*_conditions(actor, wanted))
    )
    page = fetch_page(session, query, request, SORTS, Change.id)
    return Page([ChangeRow(*row) for row in page.rows], page.next_cursor)


def count_changes(session: Session, actor: Actor, wanted: ChangeFilter) -> int:
    """Count the changes that fit and are in sight, up to ``paging.COUNT_LIMIT`` + 1."""
    _require(actor, wanted)
    return count_up_to(session, select(Change.id).where(*_conditions(actor, wanted)))


def find_change(session: Session, actor: Actor, reference: str | int) -> Change:
    """Return a change by id or reference. Raises ``NotFound`` when there is none in sight."""
    found = session.scalar(select(Change).where(_named(reference), visible_changes(actor)))
    if found is None:
        actor.require(Permission.CHANGE_READ)
        raise NotFound("change", reference)
    return found


def change_header(session: Session, actor: Actor, reference: str | int) -> ChangeHeader:
    """Return a change with all it names, in one query. Raises ``NotFound``."""
    may_write = visible_changes(actor, Permission.CHANGE_WRITE)
    query = (
        select(Change, Author, Implementer, Organisation, may_write.label("may_write"))
        .join(Organisation, Organisation.id == Change.organisation_id)
        .outerjoin(Author, Author.id == Change.author_id)
        .outerjoin(Implementer, Implementer.id == Change.implementer_id)
        .where(_named(reference), visible_changes(actor))
    )
    row = session.execute(query).first()
    if row is None:
        actor.require(Permission.CHANGE_READ)
        raise NotFound("change", reference)
    change, author, implementer, organisation, may = row
    return ChangeHeader(change, author, implementer, organisation, bool(may))


def lock_change(
    session: Session,
    actor: Actor,
    reference: str | int,
    permission: Permission = Permission.CHANGE_WRITE,
) -> Change:
    """Return a change for which the actor holds ``permission``, fresh and locked.

    Raises ``NotFound`` when it is out of sight, ``PermissionDenied`` when it is in sight only.
    """
    query = (
        select(Change)
        .where(_named(reference), visible_changes(actor, permission))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query)
    if found is None:
        find_change(session, actor, reference)
        raise PermissionDenied(permission)
    return found


def _require(actor: Actor, wanted: ChangeFilter) -> None:
    # What waits for one's own approval needs no grant; every other list does.
    if not wanted.waiting:
        actor.require(Permission.CHANGE_READ)


def _named(reference: str | int) -> ColumnElement[bool]:
    text = str(reference).strip().upper()
    if text.isascii() and text.isdigit():
        return Change.id == min(int(text[:20]), _MAX_ID)
    return Change.reference == clean(text)


def _conditions(actor: Actor, wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [visible_changes(actor)]
    for column, value in (
        (Change.state, wanted.state),
        (Change.is_open, wanted.open),
        (Change.kind, wanted.kind),
        (Change.author_id, wanted.author_id),
        (Change.implementer_id, wanted.implementer_id),
        (Change.release_id, wanted.release_id),
    ):
        if value not in (None, ""):
            found.append(column == value)
    if wanted.text.strip():
        words = clean(wanted.text)
        in_title = Change.title_key.contains(text_key(words), autoescape=True)
        found.append(or_(Change.reference == words.upper(), in_title))
    if wanted.window_from is not None:
        found.append(Change.window_end > wanted.window_from)
    if wanted.window_to is not None:
        found.append(Change.window_start < wanted.window_to)
    return found + _elsewhere(actor, wanted)


def _elsewhere(actor: Actor, wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that other tables decide."""
    found: list[ColumnElement[bool]] = []
    if wanted.item_id is not None:
        touching = select(ChangeItem.change_id).where(ChangeItem.item_id == wanted.item_id)
        found.append(Change.id.in_(touching))
    if wanted.service_id is not None:
        hitting = select(ChangeService.change_id).where(ChangeService.item_id == wanted.service_id)
        found.append(Change.id.in_(hitting))
    if wanted.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == wanted.organisation_id
        )
        found.append(Change.organisation_id.in_(below))
    if wanted.waiting:
        pending = select(ChangeApproval.change_id).where(
            waits_for(actor), ChangeApproval.decision == "pending"
        )
        found.append(Change.id.in_(pending))
    return found
