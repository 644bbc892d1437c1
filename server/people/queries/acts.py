"""The record of acts, for those who administer the whole installation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.foundation.audit import AuditEntry
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.foundation.sheets import MARK, csv_text
from server.people.queries.people import names_of_people

_HEAD = (
    *("number", "at", "actor", "person_id", "person", "act", "subject", "detail"),
    *("request_id", "hash"),
)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts; None and "" mean no matter. ``subject`` is "<kind>:<id>".

    ``since`` is the first moment, ``until`` the first that counts no more.
    """

    act: str = ""
    person_id: int | None = None
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


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
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query


def acts_csv(session: Session, actor: Actor, wanted: ActFilter) -> Iterator[str]:
    """Yield the same acts as CSV, the oldest first, with the hashes that chain them.

    People stand in it by number and, as far as the actor sees them, by name.
    """
    _require_whole_tree(actor)
    yield MARK + csv_text([_HEAD])
    query = _acts(wanted).order_by(AuditEntry.seq).execution_options(yield_per=_BATCH)
    for entries in session.scalars(query).partitions():
        people = {one.person_id for one in entries if one.person_id is not None}
        names = names_of_people(session, actor, people)
        yield csv_text(_cells(one, names.get(one.person_id or 0, "")) for one in entries)


def _cells(entry: AuditEntry, name: str) -> tuple[Any, ...]:
    told = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else ""
    who = entry.actor, entry.person_id, name
    return entry.seq, entry.at, *who, entry.act, entry.subject, told, entry.request_id, entry.hash


def _require_whole_tree(actor: Actor) -> None:
    held = actor.grants_for(Permission.ADMIN_READ)
    if not any(grant.organisation_ids is None for grant in held):
        raise PermissionDenied(Permission.ADMIN_READ)
