"""What belongs to a change: the items it touches, approvals, and what happened on it."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from cmdb.records.items import Item
from cmdb.records.parties import Group, Person
from server.desk.changes.models import ChangeApproval, ChangeEntry, ChangeItem, ChangeService
from server.desk.changes.queries.changes import find_change
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor
from server.items.scope import visible_items

DecidedBy = aliased(Person)


@dataclass(frozen=True, slots=True)
class ChangeEntryRow:
    """One entry and who wrote it; None where no person acted."""

    entry: ChangeEntry
    author: Person | None


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One approval with the names in it."""

    approval: ChangeApproval
    person: Person | None
    group: Group | None
    decided_by: Person | None


def change_items_of(session: Session, actor: Actor, reference: str | int) -> list[Item]:
    """Return the items a change touches that are in sight, by name."""
    change = find_change(session, actor, reference)
    query = (
        select(Item)
        .join(ChangeItem, ChangeItem.item_id == Item.id)
        .where(ChangeItem.change_id == change.id, visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )
    return list(session.scalars(query))


def approvals_of(session: Session, actor: Actor, reference: str | int) -> list[ApprovalRow]:
    """Return every approval ever asked for on a change, the latest round first."""
    return approvals_on(session, find_change(session, actor, reference).id)


def approvals_on(session: Session, change_id: int) -> list[ApprovalRow]:
    """Return the approvals of a change that the caller has found in sight."""
    query = (
        select(ChangeApproval, Person, Group, DecidedBy)
        .outerjoin(Person, Person.id == ChangeApproval.person_id)
        .outerjoin(Group, Group.id == ChangeApproval.group_id)
        .outerjoin(DecidedBy, DecidedBy.id == ChangeApproval.decided_by_id)
        .where(ChangeApproval.change_id == change_id)
        .order_by(ChangeApproval.round.desc(), ChangeApproval.id)
    )
    return [ApprovalRow(*row) for row in session.execute(query)]


def change_entries_of(
    session: Session, actor: Actor, reference: str | int, request: PageRequest
) -> Page[ChangeEntryRow]:
    """Return a page of what happened on a change, oldest first (sort ``-id`` for newest first)."""
    change = find_change(session, actor, reference)
    sorts = {"id": SortKey(ChangeEntry.id, int)}
    page = fetch_page(session, _entries(change.id), request, sorts, ChangeEntry.id)
    return Page([ChangeEntryRow(*row) for row in page.rows], page.next_cursor)


def latest_change_entries(
    session: Session, change_id: int, limit: int = 200
) -> list[ChangeEntryRow]:
    """Return the newest entries of a change that the caller found in sight, oldest first."""
    query = _entries(change_id).order_by(ChangeEntry.id.desc()).limit(limit)
    return [ChangeEntryRow(*row) for row in session.execute(query)][::-1]


def change_item_ids(session: Session, change_id: int) -> list[int]:
    """Return the ids of all items a change touches, whoever asks: what impact is computed on."""
    query = select(ChangeItem.item_id).where(ChangeItem.change_id == change_id)
    return list(session.scalars(query.order_by(ChangeItem.item_id)))


def foreseen_services(session: Session, change_id: int) -> dict[int, str]:
    """Return the services a change was last found to hit, each with its state."""
    query = select(ChangeService.item_id, ChangeService.state)
    rows = session.execute(query.where(ChangeService.change_id == change_id))
    return {row.item_id: row.state for row in rows}


def _entries(change_id: int) -> Select[ChangeEntry, Person]:
    return (
        select(ChangeEntry, Person)
        .outerjoin(Person, Person.id == ChangeEntry.author_id)
        .where(ChangeEntry.change_id == change_id)
    )
