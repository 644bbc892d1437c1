"""Computers of a directory and the items they stand for: what is there and no agent ever saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.records.sources import ItemSource
from cmdb.vocabulary import AGENT, DIRECTORY
from server.foundation.paging import MAX_PAGE, Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor
from server.foundation.sheets import MARK, csv_text
from server.items.queries import names_of
from server.people.models import DirectoryComputer
from server.people.queries.directories import directory
from server.people.rules.logins import name_key

#: What may be asked for: no agent ever spoke of it; it stands for no item; its account is disabled;
#: it is gone from the directory; whatever is there.
SHOWN = ("unseen", "unmatched", "disabled", "gone", "all")
#: Sources that are programs on the machine itself.
_AGENTS = (AGENT, "inventory")

#: Rows that one file holds at most.
MOST_ROWS = 50_000

COMPUTER_SORTS = {
    "name": SortKey(DirectoryComputer.name_key),
    "first_seen_at": SortKey(DirectoryComputer.first_seen_at, datetime.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class ComputerView:
    """One account. ``matched``: it stands for an item, which is told to whom it is in sight."""

    id: int
    name: str
    fqdn: str
    dn: str
    os: str
    os_version: str
    last_logon: date | None
    created_on: date | None
    disabled: bool
    first_seen_at: datetime
    gone_at: datetime | None
    matched: bool
    #: Why it stands for no item, as ``server.people.rules.computers`` names it.
    why: str
    item_id: int | None = None
    item_name: str = ""


_COLUMNS = tuple(field.name for field in fields(ComputerView) if field.name != "id")


@dataclass(frozen=True, slots=True)
class ComputerQuestion:
    """Which accounts: one of ``SHOWN``, and words that their names hold."""

    show: str = "unseen"
    words: str = ""


def list_computers(
    session: Session, actor: Actor, directory_id: int, asked: ComputerQuestion, page: PageRequest
) -> Page[ComputerView]:
    """Return one page of a directory's computers, by name.

    Needs ``admin:directory`` where the directory stands; raises ``NotFound`` for others. An item
    out of sight is not named.
    """
    found = directory(session, actor, directory_id)
    query = _asked(found.id, asked)
    rows = fetch_page(session, query, page, COMPUTER_SORTS, DirectoryComputer.id)
    return Page(_views(session, actor, rows.rows), rows.next_cursor)


def count_computers(
    session: Session, actor: Actor, directory_id: int, words: str = ""
) -> dict[str, int]:
    """Return how many there are of each of ``SHOWN``, counted as far as ``count_up_to`` does."""
    found = directory(session, actor, directory_id)
    queries = {show: _asked(found.id, ComputerQuestion(show, words)) for show in SHOWN}
    return {
        show: count_up_to(session, query.with_only_columns(DirectoryComputer.id))
        for show, query in queries.items()
    }


def every_computer(
    session: Session, actor: Actor, directory_id: int, asked: ComputerQuestion
) -> Iterator[ComputerView]:
    """Yield the whole list, read page by page; at most ``MOST_ROWS``."""
    cursor, told = "", 0
    while told < MOST_ROWS:
        following = PageRequest(cursor=cursor, limit=MAX_PAGE)
        page = list_computers(session, actor, directory_id, asked, following)
        yield from page.rows
        if page.next_cursor is None:
            return
        cursor, told = page.next_cursor, told + len(page.rows)


def computers_csv(
    session: Session, actor: Actor, directory_id: int, asked: ComputerQuestion
) -> str:
    """Return the whole list as CSV (RFC 4180) with a head line; no cell is a formula."""
    found = every_computer(session, actor, directory_id, asked)
    return MARK + csv_text(
        [_COLUMNS, *([getattr(one, name) for name in _COLUMNS] for one in found)]
    )


def _asked(directory_id: int, asked: ComputerQuestion) -> Select[*tuple[Any, ...]]:
    query = (
        select(DirectoryComputer, ItemSource.item_id)
        .outerjoin(ItemSource, _its_word())
        .where(DirectoryComputer.directory_id == directory_id, _SHOWN[asked.show])
    )
    words = name_key(asked.words)
    if not words:
        return query
    return query.where(
        or_(
            DirectoryComputer.name_key.contains(words, autoescape=True),
            DirectoryComputer.fqdn.contains(words, autoescape=True),
        )
    )


def _its_word() -> ColumnElement[bool]:
    """Return the condition that a source's row is what the directory says of an item."""
    return and_(
        ItemSource.organisation_id == DirectoryComputer.organisation_id,
        ItemSource.source == DIRECTORY,
        ItemSource.key == DirectoryComputer.external_id,
    )


def _agent_spoke() -> ColumnElement[bool]:
    other = aliased(ItemSource)
    spoke = select(other.id).where(other.item_id == ItemSource.item_id, other.source.in_(_AGENTS))
    return spoke.correlate(ItemSource).exists()


_THERE = DirectoryComputer.gone_at.is_(None)
_SHOWN = {
    "unseen": _THERE & ~_agent_spoke(),
    "unmatched": _THERE & ItemSource.item_id.is_(None),
    "disabled": _THERE & DirectoryComputer.disabled,
    "gone": ~_THERE,
    "all": _THERE,
}


def _views(
    session: Session, actor: Actor, rows: Sequence[tuple[DirectoryComputer, int | None]]
) -> list[ComputerView]:
    names = names_of(session, actor, [item_id for _, item_id in rows if item_id is not None])
    return [_view(row, item_id, names.get(item_id or 0)) for row, item_id in rows]


def _view(row: DirectoryComputer, item_id: int | None, name: str | None) -> ComputerView:
    return ComputerView(
        id=row.id,
        name=row.name,
        fqdn=row.fqdn,
        dn=row.dn,
        os=row.os,
        os_version=row.os_version,
        last_logon=row.last_logon,
        created_on=row.created_on,
        disabled=row.disabled,
        first_seen_at=row.first_seen_at,
        gone_at=row.gone_at,
        matched=item_id is not None,
        why="" if item_id is not None else row.why,
        item_id=item_id if name is not None else None,
        item_name=name or "",
    )
