"""What is watched, and differences on it for which there was no approved window."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.query.items import find_item
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from server.desk.changes.actions.verifying import DIFFERENCES, NOT_DISCOVERY
from server.desk.changes.events import UnauthorizedFound
from server.desk.changes.models import (
    Change,
    ChangeItem,
    ChangeWatch,
    UnauthorizedChange,
)
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.actions.checking import Problems, check_organisation, text_of
from server.foundation.audit import record
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

_APPROVED = ("scheduled", "implementing", "review", "closed")
#: A report may come some time after the window in which something was changed.
_LATE = timedelta(hours=1)
_MOST = 1000


@dataclass(frozen=True, slots=True)
class WatchDraft:
    """An item, or a class; ``subjects`` are attributes and sections, none for all."""

    item_id: int | None = None
    class_code: str | None = None
    subjects: tuple[str, ...] = field(default_factory=tuple)
    organisation_id: int | None = None


def add_watch(session: Session, actor: Actor, draft: WatchDraft, now: datetime) -> ChangeWatch:
    """Watch from now on. Raises ``InvalidValue``."""
    actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_APPROVE, organisation_id)
    if (draft.item_id is None) == (not draft.class_code):
        problems.add("item_id", "name an item or a class, and not both")
    if draft.item_id is not None:
        seen = select(Item.id).where(Item.id == draft.item_id, visible_items(actor))
        known = session.scalar(seen) is not None
        problems.add("item_id", "" if known else f"there is no item {draft.item_id}")
    if draft.class_code and standing_model().find_class(draft.class_code) is None:
        problems.add("class_code", f"there is no class {draft.class_code!r}")
    problems.refuse()
    watch = ChangeWatch(
        organisation_id=organisation_id,
        item_id=draft.item_id,
        class_code=draft.class_code or None,
        subjects=list(draft.subjects),
        created_by_id=actor.person_id,
        created_at=now,
        seen_up_to=session.scalar(select(func.max(HistoryEntry.id))) or 0,
    )
    session.add(watch)
    session.flush()
    record(session, actor, "change_watch_added", f"change_watch:{watch.id}")
    return watch


def remove_watch(session: Session, actor: Actor, watch_id: int) -> None:
    """Watch no longer; what was found stays. Raises ``NotFound``."""
    found = session.get(ChangeWatch, watch_id)
    if found is None or not actor.may(Permission.CHANGE_READ, found.organisation_id):
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("watch", watch_id)
    actor.require(Permission.CHANGE_APPROVE, found.organisation_id)
    session.delete(found)
    session.flush()
    record(session, actor, "change_watch_removed", f"change_watch:{watch_id}")


def find_unauthorized(session: Session, now: datetime) -> int:
    """Look at the history that is new to each watch; return how many differences were found."""
    newest = session.scalar(select(func.max(HistoryEntry.id))) or 0
    found: dict[int, list[tuple[HistoryEntry, int]]] = {}
    for watch in session.scalars(select(ChangeWatch).where(ChangeWatch.seen_up_to < newest)):
        rows = session.execute(_differences(watch).limit(_MOST)).all()
        for entry, item in rows:
            if _kept(session, entry, item):
                found.setdefault(item.id, []).append((entry, watch.id))
        watch.seen_up_to = rows[-1][0].id if len(rows) == _MOST else newest
    session.flush()
    for item_id, kept in found.items():
        publish(session, _told(item_id, kept, now))
    return sum(map(len, found.values()))


def _told(
    item_id: int, kept: Sequence[tuple[HistoryEntry, int]], now: datetime
) -> UnauthorizedFound:
    """Return one event for all that was found on an item."""
    subjects = dict.fromkeys(entry.subject for entry, _ in kept)
    return UnauthorizedFound(
        item_id,
        now,
        max(entry.id for entry, _ in kept),
        tuple(subjects),
        tuple({watch_id for _, watch_id in kept}),
    )


def _differences(watch: ChangeWatch) -> Select[HistoryEntry, Item]:
    query = (
        select(HistoryEntry, Item)
        .join(Item, Item.id == HistoryEntry.item_id)
        .where(
            HistoryEntry.id > watch.seen_up_to,
            HistoryEntry.kind.in_(DIFFERENCES),
            HistoryEntry.source.not_in(NOT_DISCOVERY),
        )
        .order_by(HistoryEntry.id)
    )
    if watch.item_id is not None:
        query = query.where(HistoryEntry.item_id == watch.item_id)
    else:
        codes = sorted(standing_model().descendants(watch.class_code or ""))
        query = query.where(Item.class_code.in_(codes))
    if watch.subjects:
        query = query.where(HistoryEntry.subject.in_(watch.subjects))
    return query


def _kept(session: Session, entry: HistoryEntry, item: Item) -> bool:
    """Keep a difference unless an approved window was open for its item, or it is kept already."""
    approved = (
        select(Change.id)
        .join(ChangeItem, ChangeItem.change_id == Change.id)
        .where(
            ChangeItem.item_id == entry.item_id,
            Change.state.in_(_APPROVED),
            Change.window_start <= entry.observed_at,
            Change.window_end >= entry.observed_at - _LATE,
        )
    )
    known = select(UnauthorizedChange.id).where(UnauthorizedChange.history_id == entry.id)
    if session.scalar(approved.limit(1)) or session.scalar(known):
        return False
    session.add(
        UnauthorizedChange(
            organisation_id=item.organisation_id,
            item_id=item.id,
            history_id=entry.id,
            at=entry.observed_at,
            kind=entry.kind,
            subject=entry.subject,
            source=entry.source,
            detail=dict(entry.detail),
        )
    )
    session.flush()
    return True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is done about a difference: "accepted" or "rolled_back", and why."""

    decision: str
    comment: str = ""


def judge_unauthorized(
    session: Session, actor: Actor, unauthorized_id: int, said: Judgement, now: datetime
) -> UnauthorizedChange:
    """Accept a difference, or have it rolled back: a ticket asks for that in the real world.

    The register is not turned back: it says what was found, and the next report would say so again.
    Raises ``Conflict`` for one that was decided, ``InvalidValue`` without a reason.
    """
    row = session.scalar(
        select(UnauthorizedChange).where(UnauthorizedChange.id == unauthorized_id).with_for_update()
    )
    if row is None or not actor.may(Permission.CHANGE_READ, row.organisation_id):
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("unauthorized change", unauthorized_id)
    actor.require(Permission.CHANGE_APPROVE, row.organisation_id)
    item = find_item(session, row.item_id, visible_items(actor))
    if row.state != "open":
        raise Conflict("this has been decided already")
    problems = Problems()
    if said.decision not in ("accepted", "rolled_back"):
        problems.add("decision", "must be one of accepted, rolled_back")
    comment = text_of(problems, "comment", said.comment)
    problems.add("comment", "" if comment else "must not be empty")
    problems.refuse()
    if said.decision == "rolled_back":
        row.ticket_id = _ticket(session, actor, row, item, comment, now)
    row.state, row.comment = said.decision, comment
    row.decided_by_id, row.decided_at = actor.person_id, now
    session.flush()
    record(session, actor, f"unauthorized_{said.decision}", f"unauthorized_change:{row.id}")
    return row


def _ticket(
    session: Session,
    actor: Actor,
    row: UnauthorizedChange,
    item: Item,
    comment: str,
    now: datetime,
) -> int:
    if not actor.may(Permission.TICKET_OPEN):
        raise InvalidValue({"decision": "you may not open the ticket that asks for it"})
    old = row.detail.get("old")
    draft = TicketDraft(
        f"Roll back {row.subject} of {item.name}"[:255],
        description=f"{comment}\n\nBefore: {old}\nFound: {row.detail.get('new')}",
        affected_item_ids=(item.id,),
        organisation_id=row.organisation_id,
    )
    return open_ticket(session, actor, draft, now).id
